"""The work that the target `batch` hands to a process of its own, and what that process answers: values in JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.targets.live import Served

if TYPE_CHECKING:
    from mlops_spec.spec.environments import Batch
    from mlops_spec.spec.storage import Storage

Kind = Literal["load", "score", "compare", "tell", "hear"]


@dataclass(frozen=True)
class Places:
    """Where deliveries come in and scores go, with `{date}` in both; an endpoint and a region are those of S3."""

    input: str
    output: str
    endpoint: str | None = None
    region: str | None = None

    @staticmethod
    def of(environment: Batch, storage: Storage | None = None) -> Places:
        """The places of an environment; where the spec's own storage has an endpoint and a region, they are its too."""
        return Places(
            environment.input,
            environment.output,
            storage.endpoint if storage else None,
            storage.region if storage else None,
        )


@dataclass(frozen=True)
class Work:
    """One thing to do: load a version, score a day, compare a `rival` with the version, tell what is live, or hear it.

    `key` is the column that names a row, `again`: the day is scored anew where its input or the version is another.
    `days` are those of which one with a sound delivery is wanted, newest first, or those that should be scored.
    """

    kind: Kind
    places: Places
    model: str = ""
    key: str | None = None
    max_refused: float = 0.0
    version: Served | None = None
    rival: Served | None = None
    days: tuple[str, ...] = ()
    again: bool = False
    since: str = ""

    def text(self) -> str:
        """As the other process reads it."""
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> Work:
        """What `text` wrote."""
        said: dict[str, Any] = json.loads(text)
        served = {name: Served(**said[name]) if said[name] else None for name in ("version", "rival")}
        return Work(**said | served | {"places": Places(**said["places"]), "days": tuple(said["days"])})
