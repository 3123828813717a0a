"""What gives answers away without being a copied row: rows nearly in train, and features that are the target.

Apart from `leak`, which splitting needs: this loads the evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.pipeline.leak import content
from mlops_spec.pipeline.sides import places
from mlops_spec.spec.features import is_feature
from mlops_validators.categories import categories
from mlops_validators.leak import Twins, near_twins
from mlops_validators.revealing import Revealing, revealing

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Data


def near_rows(data: Data, train: pd.DataFrame, test: pd.DataFrame) -> tuple[Twins, ...]:
    """Rows that are alike but for some columns, numbers to three digits, and how they lie; see `near_twins`.

    Raises ValueError when a side has no rows or lacks a column.
    """
    names = content(data, train)
    if absent := set(names) - set(test.columns):
        raise ValueError(f"the test rows have no column {', '.join(sorted(absent))}")
    old, new = ({name: _values(side[name]) for name in names} for side in (train, test))
    return near_twins(old, new, together=_drawn_by(data, train, test))


def _drawn_by(data: Data, train: pd.DataFrame, test: pd.DataFrame) -> tuple[np.ndarray, np.ndarray] | None:
    """Numbers of what the split draws by; None where it draws nothing."""
    sides = [places(data, side) for side in (train, test)]
    if any(side is None for side in sides):
        return None
    codes = pd.factorize(pd.concat(sides))[0]
    return codes[: len(train)], codes[len(train) :]


def revealing_features(spec: Spec, train: pd.DataFrame) -> list[Revealing]:
    """The features that alone predict the target of the training rows as only a leak does, best first.

    Raises ValueError when the model sees no feature, or the target is constant or missing.
    """
    features = {str(name): _values(train[name]) for name in train.columns if is_feature(spec, str(name))}
    target = train[spec.data.target]
    if not features:
        raise ValueError("the model sees no column of the training rows")
    if target.isna().any():
        raise ValueError(f"`{spec.data.target}` is missing in {int(target.isna().sum()):,} training rows")
    truth = _values(target) if spec.task == "regression" else categories(target.to_numpy()).codes
    return revealing(features, truth, spec.task)


def _values(column: pd.Series) -> np.ndarray:
    """As the evidence takes them: times as numbers, a missing one as NaN."""
    if column.dtype.kind not in "mM":
        return column.to_numpy()
    return np.asarray(column.astype("int64").astype("float64").mask(column.isna()).to_numpy())
