"""The worth of the answers to test rows, in `evaluation.json`, for comparison with a live model's answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec import model_folder
from mlops_spec.pipeline.steps import keys_of
from mlops_spec.spec.tasks import TASKS
from mlops_validators.drift import drift_of_counts
from mlops_validators.unlabelled import Answered, answered, rows_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from mlops_spec.git import Git
    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec

_ROWS = 100  # that a stretch of time has at least: fewer differ from all by chance


def answered_of(spec: Spec, answers: Answers) -> dict[str, dict[str, Any]]:
    """The section `answered`; none where rows are no evidence, nor of answers that are no numbers, nor
    of several targets, each of which has its own."""
    if not TASKS[spec.task].answer.numbers:
        return {}
    try:
        return {"answered": asdict(answered(answers.actual, answers.point.score, spec.task))}
    except ValueError:
        return {}


def answered_ahead(spec: Spec, test: pd.DataFrame, answers: Answers) -> dict[str, dict[str, Any]]:
    """The section `answered`, of a forecast with how far seasons alone move its answers: stretch by stretch of time."""
    section = answered_of(spec, answers)
    if not section or not TASKS[spec.task].ahead:
        return section
    score, edges = answers.point.score, section["answered"]["edges"]
    of_all = rows_in(edges, score)
    places = _stretches(spec, test)
    moved = [drift_of_counts("psi", of_all, rows_in(edges, score[places == each])) for each in range(places.max() + 1)]
    return {"answered": section["answered"] | {"stretches": [each.value for each in moved]}}


def _stretches(spec: Spec, test: pd.DataFrame) -> np.ndarray:
    """Of each row the stretch that it lies in: whole steps, at least a horizon of them, and rows enough; (n,)."""
    steps = keys_of(spec.data, test)[1]
    there, place = np.unique(steps, return_inverse=True)
    length = max(spec.data.horizon_steps or 1, -(-_ROWS * len(there) // len(test)))
    return np.asarray(np.minimum(place // length, max(len(there) // length - 1, 0)))


def read_answered(git: Git, release: str, targets: Sequence[str]) -> tuple[Answered, ...]:
    """The section as a release commit has it, or that of each target; none where there is none."""
    (content,) = git.here(release).read_all([model_folder.RELEASE / model_folder.EVALUATION.name])
    try:
        evaluation = json.loads(content or b"{}")
        if "answered" in evaluation:
            return (_read(evaluation["answered"]),)
        return tuple(_read(evaluation["targets"][name]["answered"]) for name in targets)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def _read(section: Mapping[str, Sequence[float]]) -> Answered:
    return Answered(**{name: tuple(values) for name, values in section.items()})  # type: ignore[arg-type]
