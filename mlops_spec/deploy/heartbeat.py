"""The heartbeat that an agent leaves in its folder: whose it is, when it was seen, and what came of its last pass."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.deploy.passes import Done


class Heartbeat:
    """Writes the heartbeat of the agent of an environment that has the folder `state`."""

    def __init__(self, state: Path, environment: str) -> None:
        self._file = heartbeat_in(state)
        self._environment = environment
        self._reported: tuple[tuple[Done, ...], str] = ((), "")

    def write(self, done: Sequence[Done] = (), problem: str = "") -> None:
        """What a pass did, or why it could not; raises OSError where the folder can't be written."""
        report = {
            "pid": os.getpid(),
            "seen": datetime.now(UTC).isoformat(timespec="seconds"),
            "environment": self._environment,
            "last": asdict(done[0]) if done and not done[0].model else None,
            "problem": problem,
        }
        text = json.dumps(report, indent=1)
        if done and done[0].model:
            text = f'{text[:-2]},\n "models": {self._as_json(tuple(done))}\n}}'
        write_atomic(self._file, text + "\n")

    def _as_json(self, done: tuple[Done, ...]) -> str:
        """The results by model; mostly they are those of the pass before, and there may be hundreds."""
        if done != self._reported[0]:
            self._reported = done, json.dumps({each.model: asdict(each) for each in done})
        return self._reported[1]


def heartbeat_in(state: Path) -> Path:
    """The file of an agent's folder that holds it; the agent was seen when it was written."""
    return state / "agent.json"


def environment_of(state: Path) -> str:
    """The environment of the agent that has this folder.

    Raises:
        Failure: it is none of an agent (exit 78).
    """
    try:
        return str(json.loads(heartbeat_in(state).read_bytes())["environment"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Failure(f"{state} is no folder of an agent: {error}", exit_code=Exit.CONFIG) from error
