"""Durations of stages when they last ran here, from which a plan estimates the next run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mlops_spec.engines.set_up import state_of
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mlops_spec.engines.engine import StageRun

_FILE = "seconds.json"


def note_seconds(root: Path, stages: Iterable[StageRun]) -> None:
    """Keeps the times of the stages that ran; those of the others stay as they were."""
    took = {stage.name: round(stage.seconds, 2) for stage in stages if stage.outcome == "ran"}
    write_atomic(state_of(root) / _FILE, json.dumps(past_seconds(root) | took))


def past_seconds(root: Path) -> dict[str, float]:
    """The seconds of each stage; empty where nothing ran yet, or what was kept is damaged."""
    try:
        found = json.loads((state_of(root) / _FILE).read_bytes())
        return {str(name): float(seconds) for name, seconds in found.items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError, RecursionError):
        return {}
