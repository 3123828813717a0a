"""The truth and the model's answers for the test rows, as the evidence takes them and as Parquet keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.pipeline.tasks.target import UnknownClasses, itself
from mlops_spec.system.files import make_folder
from mlops_validators.categories import categories

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.pipeline.split_report import SplitReport
    from mlops_spec.spec import Spec

_TRUTH = "y_true"
_SCORE = "y_score"


@dataclass(frozen=True)
class Answers:
    """`truth` (n,): 0 or 1, class codes, or values; `score` (n,) or (n, k), as a predictor answers.

    `groups` (n,): what rows depend on each other, where the split says so; `weights` (n,): what each row counts.
    """

    truth: np.ndarray
    score: np.ndarray
    groups: np.ndarray | None = None
    weights: np.ndarray | None = None

    def of(self, rows: np.ndarray) -> Answers:
        """Those of some rows, by mask or position."""
        groups, weights = (None if each is None else each[rows] for each in (self.groups, self.weights))
        return Answers(self.truth[rows], self.score[rows], groups, weights)

    @property
    def design(self) -> dict[str, Any]:
        """How the rows were drawn and what they count, as the evidence takes it."""
        return {"groups": self.groups, "weights": self.weights}


def truth_of(spec: Spec, split: SplitReport, rows: pd.DataFrame) -> np.ndarray:
    """The target as the evidence takes it: codes in the order of the classes (binary: 1 is positive), or values."""
    try:
        return TARGETS[spec.task].truth(rows[[spec.data.target]], split.classes, itself)
    except UnknownClasses as unknown:
        raise Failure(f"the test rows hold classes that train lacks: {unknown}", exit_code=Exit.FINDINGS) from unknown


def write_answers(path: Path, answers: Answers) -> None:
    """Writes the truth, and one column of scores, or one for each class."""
    columns = {_SCORE: answers.score} if answers.score.ndim == 1 else _by_class(answers.score)
    make_folder(path.parent)
    pd.DataFrame({_TRUTH: answers.truth, **columns}).to_parquet(path, index=False)


def read_answers(path: Path) -> Answers:
    """Reads what `write_answers` wrote; raises Failure when it is missing or of another shape."""
    try:
        frame = pd.read_parquet(path)
        score: np.ndarray
        if _SCORE in frame.columns:
            score = frame[_SCORE].to_numpy(dtype=np.float64)
        else:
            classes = len(frame.columns) - 1
            score = frame[[f"{_SCORE}_{code}" for code in range(classes)]].to_numpy(dtype=np.float64)
        return Answers(frame[_TRUTH].to_numpy(), score)
    except (OSError, KeyError, ValueError) as error:
        raise Failure(
            f"{path} can't be read: {error}", exit_code=Exit.CONFIG, remedy="`mlops-spec run` writes it."
        ) from error


def slices(column: pd.Series) -> dict[str, np.ndarray]:
    """A column's values, as text and in order, each with its rows' positions; missing values are one of them."""
    found = categories(column.to_numpy(), name=str(column.name))
    return {name: np.flatnonzero(found.codes == code) for code, name in enumerate(found.names)}


def groups_of(spec: Spec, rows: pd.DataFrame) -> np.ndarray | None:
    """What the rows of one group share, when whole groups are split."""
    by_group = spec.data.split.by == "group" and spec.data.split.column is not None
    return rows[spec.data.split.column].to_numpy() if by_group else None


def weights_of(spec: Spec, rows: pd.DataFrame) -> np.ndarray | None:
    """What each row counts, where `data.weight` says so."""
    return None if spec.data.weight is None else rows[spec.data.weight].to_numpy(dtype=np.float64)


def _by_class(score: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{_SCORE}_{code}": score[:, code] for code in range(score.shape[1])}
