"""The section `environments`: where the model runs, and how a version gets there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Union

from pydantic import Discriminator, Field, Tag

from mlops_spec.spec.base import Duration, EnvironmentName, Owner, Probability, Strict, no_items, seconds, words
from mlops_spec.spec.compute import RunnerLabel
from mlops_spec.spec.cron import Cron

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


# Of an address with a day in it: no `..`, and a `*` in a file's name alone.
_DATED = r"([A-Za-z0-9_=+,~-]|\{date\})([A-Za-z0-9_.=+,~-]|\{date\})*"
_AT = rf"(s3://[A-Za-z0-9][A-Za-z0-9._-]*)?(/{_DATED})"
Delivery = Annotated[
    str,
    words(
        rf"^{_AT}*/([A-Za-z0-9_.=+,~*-]|\{{date\}})+\.parquet$",
        500,
        "Parquet files at `s3://` with bucket and path, or below an absolute folder of the agent's host, in which "
        "`{date}` stands for the day and `*` for any part of a file's name",
        "s3://acme-data/customers/{date}/*.parquet",
    ),
]
Scores = Annotated[
    str,
    words(
        rf"^{_AT}+/?$",
        500,
        "`s3://` with bucket and path, or an absolute folder of the agent's host, in which `{date}` stands for the day",
        "s3://acme-data/scores/{date}/",
    ),
]


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

    @property
    def lasts(self) -> float:
        """Seconds for which a version is watched before it takes over."""
        shadow = seconds(self.shadow) if self.shadow is not None else 0
        return shadow + len(self.canary) * seconds(self.watch)

    def at_once(self) -> "Rollout":
        """The same without a step: what was live before comes back without being tried again."""
        return self.model_copy(update={"shadow": None, "canary": []})


class Comparison(Strict):
    """How a version takes over from another that scores batches: by its answers to the same rows."""

    min_samples: Annotated[int, Field(ge=1)] = Field(100, description="Rows without which nothing can be said.")
    max_score_shift: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None,
        description="Kolmogorov-Smirnov distance of the scores from those of the live version; without it, any.",
        examples=[0.2],
    )
    max_disagreement: Probability | None = Field(
        None, description="Share of rows that the live version decides otherwise; without it, any.", examples=[0.1]
    )
    # a batch is answered whole or not at all, and nobody waits for a row of it
    max_error_rate: ClassVar[float] = 0.0
    max_p99: ClassVar[str | None] = None
    lasts: ClassVar[float] = 900.0  # seconds that a million rows may take, twice

    def at_once(self) -> Rollout:
        """A rollout without a step: what was live before comes back without being tried again."""
        return Rollout()


class Environment(Strict):
    """A place where one version is live."""

    target: str
    after: Literal["merge"] | EnvironmentName = Field(
        description="`merge` takes each registered version; an environment's name waits for a promotion from there."
    )
    promote: Promote = Field(default_factory=Promote.model_construct)
    rollout: Rollout | Comparison


class Server(Environment):
    """A place where one version answers requests."""

    target: Literal["local"] = Field("local", description="What runs it: `local` is a server on the agent's host.")
    listen: Listen = Field("127.0.0.1:8080", description="Where the local target's server listens.")
    rollout: Rollout = Field(default_factory=Rollout.model_construct)


class Batch(Environment):
    """A place where one version scores what is delivered, day by day."""

    target: Literal["batch"] = Field(description="What runs it: `batch` scores files, and answers no request.")
    input: Delivery = Field(description="The Parquet files of a day; `{date}` is the day, as in 2026-11-30.")
    output: Scores = Field(
        description="The folder of a day's predictions, their manifest and the rows that were refused."
    )
    schedule: Cron | None = Field(
        None,
        description="Cron in UTC: when a day's input must be there; without it, only `mlops-spec score --day` scores.",
        examples=["0 3 * * *"],
    )
    runner: RunnerLabel | None = Field(
        None,
        description="GitHub's label of the runner on which a workflow scores by `schedule`; without it, an agent does.",
        examples=["ubuntu-24.04"],
    )
    catch_up: Duration = Field("7d", description="How far back a day that was missed is scored still.")
    max_refused: Probability = Field(
        0.0, description="Share of a day's rows outside `data.contract` that may be set aside; more stop the day."
    )
    rollout: Comparison = Field(default_factory=Comparison.model_construct)


TARGETS: tuple[type[Environment], ...] = (Server, Batch)


def tag(environment: Any) -> str:
    """Tells an environment's kind by its target; in brackets, as no key of it is."""
    if isinstance(environment, Environment):
        return f"<{environment.target}>"
    told = environment.get("target") if isinstance(environment, Mapping) else None
    return "<batch>" if told == "batch" else "<local>"


if TYPE_CHECKING:
    AnyEnvironment = Environment
else:
    AnyEnvironment = Annotated[
        Union[Annotated[Server, Tag("<local>")], Annotated[Batch, Tag("<batch>")]],  # noqa: UP007 - one of two
        Discriminator(tag),
    ]
