"""Test rows as a bad day would bring them: gaps, noise, new categories, a shifted sensor, fewer digits.

| kind | a share `rate` of the values of each column | columns |
|---|---|---|
| `missing` | is missing | any |
| `noise` | has normal noise with a tenth of the column's standard deviation in train | numbers |
| `shift` | is half of that standard deviation higher | numbers |
| `rounding` | has two significant digits | numbers |
| `unseen_category` | is a value that train never had | texts |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlops_spec.spec.evaluate import RobustnessGate

_UNSEEN = "a value that was never trained on"
_NOISE, _SHIFT = 0.1, 0.5
_DIGITS = 2


def perturb(
    gate: RobustnessGate, features: Sequence[str], rows: pd.DataFrame, train: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """The rows with the gate's columns perturbed; raises ValueError for columns that its kind can't be applied to."""
    fitting = [name for name in features if _fits(gate.robustness, rows[name])]
    chosen = fitting if gate.columns == "all" else list(gate.columns)
    if unfit := [name for name in chosen if name not in fitting]:
        raise ValueError(f"`{gate.robustness}` can't be applied to {', '.join(unfit)}: no feature, or of another type")
    if not chosen:
        raise ValueError(f"no feature is of a type that `{gate.robustness}` can be applied to")
    draw = np.random.default_rng(seed)
    return rows.assign(**{name: _column(gate, rows[name], train[name], draw) for name in chosen})


def _fits(kind: str, values: pd.Series) -> bool:
    if kind == "missing":
        return True
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return pd.api.types.is_string_dtype(values) if kind == "unseen_category" else numeric


def _column(gate: RobustnessGate, values: pd.Series, train: pd.Series, draw: np.random.Generator) -> pd.Series:
    hit = draw.random(len(values)) < gate.rate
    match gate.robustness:
        case "missing":
            return values.astype("float64" if values.dtype.kind in "iub" else values.dtype).mask(hit)
        case "unseen_category":
            return values.mask(hit, _UNSEEN)
        case kind:
            changed = _NUMBERS[kind](values.to_numpy(dtype=np.float64), float(train.std()), draw)
            whole = pd.api.types.is_integer_dtype(values)
            found = pd.Series(np.rint(changed) if whole else changed, index=values.index)
            return values.mask(hit, found.astype(values.dtype))


def _noisy(values: np.ndarray, deviation: float, draw: np.random.Generator) -> np.ndarray:
    return values + draw.normal(scale=_NOISE * deviation, size=len(values))


def _shifted(values: np.ndarray, deviation: float, _: np.random.Generator) -> np.ndarray:
    return values + _SHIFT * deviation


def _rounded(values: np.ndarray, _: float, __: np.random.Generator) -> np.ndarray:
    magnitude = np.floor(np.log10(np.abs(values), out=np.zeros_like(values), where=values != 0))
    scale = 10.0 ** (magnitude - _DIGITS + 1)
    return np.asarray(np.rint(values / scale) * scale)


_NUMBERS: dict[str, Callable[[np.ndarray, float, np.random.Generator], np.ndarray]] = {
    "noise": _noisy,
    "shift": _shifted,
    "rounding": _rounded,
}
