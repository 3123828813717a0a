"""The truth and the model's answers for the test rows, as the evidence takes them and as Parquet keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.asked_texts import asked
from mlops_spec.pipeline.history import drawn_by
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.pipeline.tasks.target import UnknownClasses, itself
from mlops_spec.spec.data import MEDIAN
from mlops_spec.spec.tasks import TASKS
from mlops_spec.system.files import make_folder
from mlops_spec.system.regular import regular
from mlops_validators.categories import categories
from mlops_validators.forecasts import SEASONAL, VALUE

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.pipeline.split_report import SplitReport
    from mlops_spec.spec import Spec

_TRUTH = "y_true"
_SCORE = "y_score"


@dataclass(frozen=True)
class Answers:
    """`truth` (n,): 0 or 1, class codes, or values; of several labels or targets (n, k), of forecasts (n, 6), see
    `history`. `score` as `predict` answers. Where answers are no numbers both are JSON texts (n,).

    `groups` (n,): what rows depend on each other, where the split says so; `weights` (n,): what each row counts.
    `levels`: which quantiles the columns of `score` are, of a forecast that comes as such.
    """

    truth: np.ndarray
    score: np.ndarray
    groups: np.ndarray | None = None
    weights: np.ndarray | None = None
    levels: tuple[float, ...] = ()

    def of(self, rows: np.ndarray) -> Answers:
        """Those of some rows, by mask or position."""
        groups, weights = (None if each is None else each[rows] for each in (self.groups, self.weights))
        return Answers(self.truth[rows], self.score[rows], groups, weights, self.levels)

    @property
    def by_target(self) -> list[Answers]:
        """Those of each of several targets alone, (n,)."""
        pairs = zip(self.truth.T, self.score.T, strict=True)
        return [Answers(truth, score, self.groups, self.weights) for truth, score in pairs]

    @property
    def actual(self) -> np.ndarray:
        """The truth alone, without what stands beside that of a forecast."""
        return self.truth[:, 0] if self.truth.ndim > (1 if self.levels else self.score.ndim) else self.truth

    @property
    def point(self) -> Answers:
        """With one number a row where that is the forecast: the median of quantiles; else as they are."""
        if not self.levels:
            return self
        return replace(self, score=self.score[:, self.levels.index(MEDIAN)], levels=())

    @property
    def design(self) -> dict[str, Any]:
        """How the rows were drawn and what they count, as the evidence takes it."""
        return {"groups": self.groups, "weights": self.weights}


def truth_of(spec: Spec, split: SplitReport, rows: pd.DataFrame) -> np.ndarray:
    """The target as the evidence takes it: codes in the order of the classes (binary: 1 is positive), or values.

    Where rows have no reference it is what the model was asked, of each row a JSON text of its features."""
    if not spec.data.targets:
        return asked(spec, rows)
    try:
        return TARGETS[spec.task].truth(rows[[*spec.data.targets]], split.classes, itself)
    except UnknownClasses as unknown:
        raise Failure(f"the test rows hold classes that train lacks: {unknown}", exit_code=Exit.FINDINGS) from unknown


def write_answers(path: Path, answers: Answers) -> None:
    """Writes truth and scores: a column of each, or one for each class, label or target."""
    make_folder(path.parent)
    columns = _columns(_TRUTH, answers.truth) | columns_of_answers(answers.score)
    pd.DataFrame(columns).to_parquet(path, index=False)


def columns_of_answers(score: np.ndarray) -> dict[str, np.ndarray]:
    """The columns that answers (n,) or (n, k) are kept in."""
    return _columns(_SCORE, score)


def answers_of_columns(frame: pd.DataFrame) -> np.ndarray:
    """What `columns_of_answers` made columns of."""
    return _array(frame, _SCORE)


def read_answers(path: Path) -> Answers:
    """Reads what `write_answers` wrote; raises Failure when it is missing or of another shape."""
    try:
        frame = pd.read_parquet(regular(path))
        return Answers(_array(frame, _TRUTH), _floats_or_texts(_array(frame, _SCORE)))
    except (OSError, KeyError, ValueError) as error:
        raise Failure(
            f"{path} can't be read: {error}", exit_code=Exit.CONFIG, remedy="`mlops-spec run` writes it."
        ) from error


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two models answer the same: numbers but for rounding, texts to the letter."""
    if one.shape != other.shape or one.dtype.kind == "O":
        return np.array_equal(one, other)
    return bool(np.allclose(one, other, rtol=1e-6, atol=1e-9))


def _columns(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    if values.ndim == 1:
        return {name: values}
    return {f"{name}_{code}": values[:, code] for code in range(values.shape[1])}


def _array(frame: pd.DataFrame, name: str) -> np.ndarray:
    """What `_columns` made columns of, whatever their order."""
    if name in frame.columns:
        return frame[name].to_numpy()  # of texts objects, whatever pandas keeps them as
    several = sum(str(column).startswith(f"{name}_") for column in frame.columns)
    return frame[[f"{name}_{code}" for code in range(max(several, 1))]].to_numpy()


def _floats_or_texts(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind == "O" else values.astype(np.float64)


def slices(column: pd.Series) -> dict[str, np.ndarray]:
    """A column's values, as text and in order, each with its rows' positions; missing values are one of them."""
    found = categories(column.to_numpy(), name=str(column.name))
    return {name: np.flatnonzero(found.codes == code) for code, name in enumerate(found.names)}


def groups_of(spec: Spec, rows: pd.DataFrame, truth: np.ndarray) -> np.ndarray | None:
    """What the rows of one group share, when whole groups are split; of forecasts their series or block of time."""
    if TASKS[spec.task].ahead:
        return drawn_by(spec.data, rows, truth[:, VALUE] - truth[:, SEASONAL])  # the same for every model
    by_group = spec.data.split.by == "group" and spec.data.split.column is not None
    return rows[spec.data.split.column].to_numpy() if by_group else None


def weights_of(spec: Spec, rows: pd.DataFrame) -> np.ndarray | None:
    """What each row counts, where `data.weight` says so."""
    return None if spec.data.weight is None else rows[spec.data.weight].to_numpy(dtype=np.float64)
