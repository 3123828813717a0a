"""A scikit-learn estimator in a `.skops` file: only types that skops trusts or the spec names are built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.trusted import code_running
from mlops_spec.system.garbage import lasting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.spec.tasks.task import Answer


def check_types(path: Path, trusted: Sequence[str]) -> None:
    """Raises Failure, which names them, when a file needs types that are not trusted; nothing of the file is built."""
    # skops takes a second to import, and only models of this format pay for it.
    with lasting():
        from skops.io import get_untrusted_types  # noqa: PLC0415

    try:
        needed = get_untrusted_types(file=path)
    except Exception as error:
        raise Failure(f"{path} is not a skops file: {error}", exit_code=Exit.FINDINGS) from error
    if running := code_running(sorted(needed)):
        raise Failure(
            f"{path} needs types that can run code, which no spec may trust: {', '.join(running)}",
            exit_code=Exit.FINDINGS,
            remedy="Train the model without what needs them: a function in `src` instead of a partial one.",
        )
    if unknown := sorted(set(needed) - set(trusted)):
        raise Failure(
            f"{path} needs types that `train.trusted_types` does not name: {', '.join(unknown)}",
            exit_code=Exit.FINDINGS,
            remedy="Look at what they do on loading; then name them there, or save a model that does without.",
        )


def load_skops(
    path: Path, told: Answer, classes: Sequence[Scalar], positive: Scalar | None, trusted: Sequence[str]
) -> Callable[[Any], object]:
    """The estimator's answer for a frame: probabilities by its `classes_`, or values."""
    from skops.io import load  # noqa: PLC0415

    check_types(path, trusted)
    try:
        model = load(path, trusted=list(trusted))
    except Exception as error:
        raise Failure(f"{path} can't be loaded: {error}", exit_code=Exit.FINDINGS) from error
    method = "predict_proba" if told.probabilities else "predict"
    if not hasattr(model, method):
        raise Failure(f"{path}: {type(model).__name__} has no `{method}`", exit_code=Exit.FINDINGS)
    one_of = told.probabilities and (told.sums or not told.by_class)
    columns = _class_columns(model, path, classes, positive) if one_of else None

    def predict(frame: Any) -> object:
        try:
            answer = getattr(model, method)(frame)
        except Exception as error:
            raise Failure(f"{path} can't predict: {error}", exit_code=Exit.FINDINGS) from error
        if isinstance(answer, list):
            return _of_labels(model, answer)
        return answer if columns is None else answer[:, columns]

    return predict


def _class_columns(model: Any, path: Path, classes: Sequence[Scalar], positive: Scalar | None) -> int | list[int]:
    known = list(model.classes_.tolist())
    if missing := [label for label in classes if label not in known]:
        raise Failure(f"{path} does not know the classes {missing}; it has {known}", exit_code=Exit.FINDINGS)
    return known.index(positive) if positive is not None else [known.index(label) for label in classes]


def _of_labels(model: Any, answer: list[Any]) -> np.ndarray:
    """The probability of 1 of each label, (n, k), of what estimators answer that know each label's classes."""
    known = zip(answer, model.classes_, strict=True)
    return np.column_stack([each[:, classes.tolist().index(1)] for each, classes in known])
