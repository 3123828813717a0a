"""How one environment stands: what Git declares, what the ledger says and what is live, and where they disagree."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.ledger.state import revoked
from mlops_spec.release.declared import Declared, Following
from mlops_spec.release.set_back import untrue

if TYPE_CHECKING:
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.state import Live, ModelState
    from mlops_spec.targets.live import Heard

_SILENT = 120.0  # an agent that was not seen for so long is said to be away


@dataclass(frozen=True)
class Standing:
    """One environment; `problems` says every way in which Git, ledger and live disagree."""

    environment: str
    version: str | None = None
    digest: str | None = None
    serial: int | None = None
    since: str | None = None
    live_version: str | None = None
    live_digest: str | None = None
    agent_seen: float | None = None  # seconds ago
    problems: tuple[str, ...] = ()
    degraded: bool = False  # what Git declares was rolled back, and no pull request has set Git back yet


def standing(name: str, state: ModelState, said: Declared | Following, seen: Heard) -> Standing:
    """The environment of this name, of a model of which that is on record, declared and live."""
    recorded, after = state.live.get(name), untrue(said, state)
    problems = [
        *_open(state, name),
        *_git_and_ledger(said, state, name),
        *_degraded(after),
        *live_problems(recorded, seen),
        *_revoked(state, name),
    ]
    return Standing(
        environment=name,
        version=recorded.version if recorded is not None else None,
        digest=recorded.digest if recorded is not None else None,
        serial=recorded.serial if recorded is not None else None,
        since=recorded.since.time if recorded is not None else None,
        live_version=seen.version,
        live_digest=seen.digest,
        agent_seen=_ago(seen),
        problems=tuple(problems),
        degraded=after is not None,
    )


def live_problems(recorded: Live | None, seen: Heard) -> list[str]:
    """What is wrong with what is live, against what the ledger says should be."""
    if seen.unseen:
        return [seen.unseen] if recorded is not None else []
    problems, ago = [], _ago(seen)
    if seen.digest != (recorded.digest if recorded is not None else None):
        served = seen.version or "nothing"
        problems.append(f"live is {served}, the ledger says {recorded.version if recorded is not None else 'nothing'}")
    problems += seen.late
    if seen.scheduled:
        return problems
    if ago is None or ago > _SILENT:
        problems.append("its agent is away")
    elif ago < -_SILENT:
        problems.append(f"its clock is {-ago / 60:.0f} min ahead of ours, so its agent may be away unseen")
    return problems


def _ago(seen: Heard) -> float | None:
    """Seconds since the agent was seen, by the clocks of both; less than 0 where the host's is ahead."""
    return time.time() - seen.agent_seen if seen.agent_seen is not None else None


def _open(state: ModelState, name: str) -> list[str]:
    intent = state.open.get(name)
    return [f"{intent.what.version} was asked for and has no outcome yet"] if intent is not None else []


def _degraded(after: Record | None) -> list[str]:
    if after is None:
        return []
    how = "a rollback" if after.event == "rollback.intent" else f"the rollout of {after.what.version} ended badly"
    return [f"degraded since {how} (record {after.seq}): merge the pull request that sets Git back"]


def _revoked(state: ModelState, name: str) -> list[str]:
    live = state.live.get(name)
    said = revoked(state, live.version) if live is not None else None
    return [f"{said}; it is live still: mlops-spec rollback {name} --now"] if said is not None else []


def _git_and_ledger(said: object, state: ModelState, name: str) -> list[str]:
    if not isinstance(said, Declared):
        return []
    recorded = state.live.get(name)
    version, digest = (recorded.version, recorded.digest) if recorded is not None else (None, None)
    if (said.version, said.digest) == (version, digest):
        return []
    return [f"Git declares {said.version or 'nothing'}, the ledger says {version or 'nothing'}"]
