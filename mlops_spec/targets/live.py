"""The values between agent and target: versions, what each of them did, and which one is live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["loading", "warming", "ready", "failed", "draining"]


@dataclass(frozen=True)
class Served:
    """A version on the agent's host: its name, its package's digest, and where the package lies."""

    version: str
    digest: str
    package: str


@dataclass(frozen=True)
class Window:
    """What a version did since the routes last changed; `p99` in seconds, NaN-free: None without a request.

    `requests` are those that it answered or, as `errors`, failed on where the stable version did not: what nobody can
    answer says nothing. `bins` counts its scores by the number of their bin. Of a shadow, `compared` rows were held
    against the stable version's, and `disagreed` of them were decided otherwise, None where there are no decisions.
    """

    requests: int = 0
    errors: int = 0
    p50: float | None = None
    p99: float | None = None
    mean_score: float | None = None
    bins: tuple[tuple[int, int], ...] = ()
    compared: int = 0
    disagreed: int | None = None
    mean_difference: float | None = None
    largest_difference: float | None = None


@dataclass(frozen=True)
class Running:
    """One version that a target runs; `reason` says why it failed."""

    version: str
    digest: str
    state: State
    reason: str = ""
    window: Window = Window()


@dataclass(frozen=True)
class Live:
    """What a target serves now: the version that answers, and one that is being tried with `weight` percent.

    `unseen` says why neither can be seen, where nothing runs.
    """

    stable: Running | None = None
    candidate: Running | None = None
    weight: int = 0
    unseen: str = ""


@dataclass(frozen=True)
class Heard:
    """What a target says of itself to who asks from elsewhere; `unseen` says why it says nothing.

    `agent_seen` is when its agent was there last, in seconds since 1970 by the clock of the agent's host.
    """

    version: str | None = None
    digest: str | None = None
    agent_seen: float | None = None
    unseen: str = ""
