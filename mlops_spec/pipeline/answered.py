"""The worth of the answers to test rows, in `evaluation.json`, for comparison with a live model's answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_validators.unlabelled import Answered, answered

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec


def answered_of(spec: Spec, answers: Answers) -> dict[str, dict[str, Any]]:
    """The section `answered`; none where rows are no evidence."""
    try:
        return {"answered": asdict(answered(answers.truth, answers.score, spec.task))}
    except ValueError:
        return {}


def read_answered(git: Git, release: str) -> Answered | None:
    """The section as a release commit has it; None for one that was made before there was any."""
    (content,) = git.here(release).read_all([model_folder.RELEASE / model_folder.EVALUATION.name])
    try:
        section = json.loads(content or b"{}").get("answered")
        return None if section is None else Answered(**{name: tuple(values) for name, values in section.items()})
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
