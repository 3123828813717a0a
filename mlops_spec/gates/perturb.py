"""Perturbed test rows: what `mlops_validators.robustness` does to columns, in a frame's own types.

Whole numbers stay whole and texts texts, so that a model gets what a request could bring. Truth values and times can
only be missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_validators.robustness import applies
from mlops_validators.robustness import perturb as perturbed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.spec.gates.robustness import RobustnessGate


def perturb(
    gate: RobustnessGate, features: Sequence[str], rows: pd.DataFrame, train: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """The rows with the gate's columns perturbed.

    Raises ValueError for columns that its kind can't be applied to, and when every value stays what it is: numbers of
    two digits can't be rounded to two.
    """
    fitting = [name for name in features if _fits(gate, rows[name])]
    chosen = fitting if gate.columns == "all" else list(gate.columns)
    if unfit := [name for name in chosen if name not in fitting]:
        raise ValueError(f"`{gate.robustness}` can't be applied to {', '.join(unfit)}: no feature, or of another type")
    if not chosen:
        raise ValueError(f"no feature is of a type that `{gate.robustness}` can be applied to")
    changed = {name: _column(gate, rows[name], train[name], seed + place) for place, name in enumerate(chosen)}
    if all(column.equals(rows[name]) for name, column in changed.items()):
        raise ValueError(f"`{gate.robustness}` leaves every value of {', '.join(chosen)} as it is")
    return rows.assign(**changed)


def _fits(gate: RobustnessGate, values: pd.Series) -> bool:
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if not number and not pd.api.types.is_string_dtype(values):
        return gate.robustness == "missing"
    return applies(gate.robustness, np.zeros(1) if number else np.array(["a"]))


def _column(gate: RobustnessGate, values: pd.Series, train: pd.Series, seed: int) -> pd.Series:
    kind = gate.robustness
    if not pd.api.types.is_numeric_dtype(values):
        worse = perturbed(kind, values.astype(object).to_numpy(), rate=gate.rate, seed=seed)
        return pd.Series(worse, index=values.index, dtype=values.dtype)
    spread = float(train.std()) if pd.api.types.is_numeric_dtype(train) else None
    number = values.to_numpy(dtype=np.float64, na_value=np.nan)
    worse = perturbed(kind, number, rate=gate.rate, seed=seed, spread=spread)
    whole = values.dtype.kind in "iub"
    found = pd.Series(np.rint(worse) if whole else worse, index=values.index)
    return found if whole and kind == "missing" else found.astype(values.dtype)
