"""The worth of the answers to test rows, in `evaluation.json`, for comparison with a live model's answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_validators.unlabelled import Answered, answered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlops_spec.git import Git
    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec


def answered_of(spec: Spec, answers: Answers) -> dict[str, dict[str, Any]]:
    """The section `answered`; none where rows are no evidence, nor of several targets, each of which has its own."""
    try:
        return {"answered": asdict(answered(answers.actual, answers.score, spec.task))}
    except ValueError:
        return {}


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
