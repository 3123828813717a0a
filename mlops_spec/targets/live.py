"""The values between agent and target: versions, what each of them did, and which one is live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# `unloaded`: it takes no memory now, and is loaded when it is asked.
State = Literal["loading", "warming", "ready", "failed", "draining", "unloaded"]


@dataclass(frozen=True)
class Served:
    """A version on the agent's host: its name, its package's digest, and where the package lies."""

    version: str
    digest: str
    package: str


@dataclass(frozen=True)
class Kept:
    """A model that a target serves for an agent: `digests` of the packages that it may still load.

    `name` tells it from others of the agent's folder, and is empty for the only one of a repository. Of what is not
    `readable`, nobody can say what it is that is needed.
    """

    name: str
    model: str
    digests: frozenset[str]
    readable: bool = True


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
    """One version that a target runs, of the package at that path; `reason` says why it failed."""

    version: str
    digest: str
    state: State
    reason: str = ""
    window: Window = Window()
    package: str = ""


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

    `agent_seen` is when its agent was there last, in seconds since 1970 by the clock of the agent's host. Where what it
    does is `scheduled`, nobody hears from its agent in between: `late` has what it should have done by now.
    """

    version: str | None = None
    digest: str | None = None
    agent_seen: float | None = None
    unseen: str = ""
    late: tuple[str, ...] = ()
    scheduled: bool = False


@dataclass(frozen=True)
class Scored:
    """What became of the batch of one day: scored, or a `problem` for which nothing of it was written.

    `input` and `manifest` are digests: of the files that came in, and of the document that says what was written, at
    `uri`, by the `version` with this `digest`. `again`: it was scored before, maybe by another version. `passing` is a
    problem that says nothing of the delivery, such as a store that does not answer.
    """

    day: str
    rows: int = 0
    refused: int = 0
    input: str | None = None
    manifest: str | None = None
    uri: str = ""
    version: str = ""
    digest: str = ""
    again: bool = False
    problem: str = ""
    passing: bool = False
    remedy: str = ""
