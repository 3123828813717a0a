"""The section `environments`: where the model runs, and how a version gets there."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mlops_spec.spec.base import Duration, EnvironmentName, Owner, Probability, Strict, no_items, words

_OCTET = r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_PORT = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
Listen = Annotated[
    str,
    words(
        rf"^({_OCTET}(\.{_OCTET}){{3}}|localhost):{_PORT}$",
        21,
        "an IPv4 address or `localhost`, a colon, and a port from 1 to 65535",
        "127.0.0.1:8080",
    ),
]


@dataclass(frozen=True)
class Of:
    """Marks an option of an environment as one that a single target has."""

    target: str


class Promote(Strict):
    """Who lets a version in."""

    approvals: Annotated[int, Field(ge=0, le=10)] = Field(1, description="How many people must approve the promotion.")
    approvers: list[Owner] = Field(default_factory=no_items, description="Who may approve; empty: any code owner.")
    soak: Duration | None = Field(None, description="How long the version must have been live in `after`.")


class Rollout(Strict):
    """How a version takes over: as a shadow, then by canary steps, each watched; too few samples is not healthy."""

    shadow: Duration | None = Field(
        None, description="How long the version gets a copy of each request first; its answers are compared, not given."
    )
    canary: list[Annotated[int, Field(ge=1, le=99)]] = Field(
        default_factory=no_items, description="Percent of requests.", examples=[[10, 50]]
    )
    watch: Duration = Field("1m", description="How long each canary step is watched.")
    min_samples: Annotated[int, Field(ge=1)] = Field(100, description="Requests without which no step is healthy.")
    max_error_rate: Probability = Field(0.01, description="Share of failed answers from which a step is not healthy.")
    max_p99: Duration | None = Field(
        None, description="Slowest that 99 of 100 answers may be; without it, any.", examples=["100ms"]
    )
    max_score_shift: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None,
        description="Kolmogorov-Smirnov distance of the scores from those of the live version; without it, any.",
        examples=[0.2],
    )
    max_disagreement: Probability | None = Field(
        None,
        description="Share of the shadow's rows that the live version decides otherwise; without it, any.",
        examples=[0.1],
    )


class Environment(Strict):
    """A place where one version is live."""

    target: Literal["local"] = Field("local", description="What runs it: `local` is a server on the agent's host.")
    after: Literal["merge"] | EnvironmentName = Field(
        description="`merge` takes each registered version; an environment's name waits for a promotion from there."
    )
    listen: Annotated[Listen, Of("local")] = Field(
        "127.0.0.1:8080", description="Where the local target's server listens."
    )
    promote: Promote = Field(default_factory=Promote)
    rollout: Rollout = Field(default_factory=Rollout)

    @model_validator(mode="after")
    def _has_options_of_its_target(self) -> Self:
        for name in sorted(self.model_fields_set):
            for tag in type(self).model_fields[name].metadata:
                if isinstance(tag, Of) and tag.target != self.target:
                    raise ValueError(f"`{name}` is an option of the target `{tag.target}`, not of `{self.target}`")
        return self
