"""The status of each environment: what is declared, what the ledger says and what is live, side by side."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.deploy.homes import name_in
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger import read, replay
from mlops_spec.ledger.state import revoked
from mlops_spec.release.declared import Declared, Following, declared_in
from mlops_spec.release.intents import newest_intent
from mlops_spec.release.set_back import untrue
from mlops_spec.release.tags import differing
from mlops_spec.targets.live import Heard
from mlops_spec.targets.registry import heard, target_on
from mlops_spec.targets.target import Host
from mlops_spec.validate.at_commit import elsewhere, spec_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.state import Live, ModelState
    from mlops_spec.spec import Spec

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


def look(git: Git, host: Path | None) -> tuple[str, tuple[Standing, ...], tuple[str, ...]]:
    """The model's name, how its environments stand, what is wrong with its branch and tags, by the remote.

    Raises:
        Failure: there is no repository or remote (78), the remote doesn't answer (69), main or ledger are damaged.
    """
    main = git.fetch_main()
    spec = spec_at(main)
    records = read(git)
    wrong = (elsewhere(spec, git.main), *differing(git, spec.model, records))
    return spec.model, standings(spec, main, records, host), tuple(filter(None, wrong))


def standings(spec: Spec, main: Tree, records: Sequence[Record], host: Path | None = None) -> tuple[Standing, ...]:
    """How every environment of the spec stands; that of the agent's folder `host` is looked at there, not by HTTP."""
    here, state = environment_of(host) if host is not None else None, replay(records).of(spec.model)
    return tuple(
        _standing(
            name,
            state,
            declared_in(main, name),
            newest_intent(records, spec.model, name),
            _heard_on_this_host(spec, host) if host is not None and name == here else heard(environment, spec.model),
        )
        for name, environment in spec.environments.items()
    )


def _standing(name: str, state: ModelState, said: Declared | Following, newest: Record | None, seen: Heard) -> Standing:
    recorded, after = state.live.get(name), untrue(said, state, newest)
    problems = [
        *_open(state, name),
        *_git_and_ledger(said, state, name),
        *_degraded(after),
        *_live_problems(recorded, seen),
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


def _live_problems(recorded: Live | None, seen: Heard) -> list[str]:
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


def environment_of(state: Path) -> str:
    """The environment of the agent that has this folder.

    Raises:
        Failure: it is none of an agent (exit 78).
    """
    try:
        return str(json.loads((state / "agent.json").read_bytes())["environment"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Failure(f"{state} is no folder of an agent: {error}", exit_code=Exit.CONFIG) from error


def served(spec: Spec, records: Sequence[Record], host: Path) -> tuple[str, ...]:
    """What is wrong with what the host of this agent's folder serves, against the ledger."""
    name = environment_of(host)
    return tuple(_live_problems(replay(records).of(spec.model).live.get(name), _heard_on_this_host(spec, host)))


def _heard_on_this_host(spec: Spec, state: Path) -> Heard:
    name, heartbeat = environment_of(state), state / "agent.json"
    environment = spec.environments[name]
    alone = not name_in(state, spec.model)
    host = Host(state, spec.model, key=spec.data.id, storage=spec.storage, alone=alone)
    live = target_on(host, environment).current()
    if live.unseen:
        return Heard(unseen=live.unseen)
    version, digest = (live.stable.version, live.stable.digest) if live.stable is not None else (None, None)
    return Heard(version, digest, heartbeat.stat().st_mtime)
