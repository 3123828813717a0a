"""The duration of the stages that will run, as the releases remember it."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.release.candidate import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlops_spec.git import Git, Tag

RUNS = 8


def expected(stages: Iterable[str], past: Sequence[Mapping[str, float]]) -> float | None:
    """Seconds: the sum of each stage's median; None when no run tells of one of them.

    >>> expected(["train", "evaluate"], [{"train": 60.0, "evaluate": 8.0}, {"train": 80.0}])
    78.0
    """
    known = [[run[stage] for run in past if stage in run] for stage in stages]
    return sum(map(median, known)) if all(known) else None


def past_runs(git: Git, releases: Sequence[Tag]) -> tuple[Mapping[str, float], ...]:
    """The seconds of each stage in the newest of the releases, given from old to new, that tell them."""
    names = [f"{tag.target}:{git.folder / FOLDER / model_folder.GATE.name}" for tag in releases[-RUNS:]]
    found = (_seconds(content) for content in git.read_objects(names) if content)
    return tuple(run for run in found if run)


def _seconds(content: bytes) -> dict[str, float]:
    try:
        told = json.loads(content).get("seconds", {})
        return {str(stage): float(seconds) for stage, seconds in told.items()}
    except (ValueError, AttributeError, TypeError, RecursionError, OverflowError):
        return {}
