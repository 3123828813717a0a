"""The check of a live model's requests against its training rows and its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.monitor.check import Check
from mlops_spec.pipeline.contract import check_inputs
from mlops_validators.binning import count
from mlops_validators.drift import Drift, drift_of_counts, drift_of_quantiles, drifted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from mlops_spec.monitor.predictions import Live
    from mlops_spec.pipeline.reference import Column
    from mlops_spec.spec import Spec
    from mlops_spec.spec.watch import Drift as Bounds

FEWEST_ROWS = 100  # fewer say nothing about a distribution
ALPHA = 0.002  # of checks in which nothing has moved and a column is named all the same
_SLIGHT = 5.0
_OF_VALUES = {"ks", "wasserstein"}


def check_drift(bounds: Bounds, reference: Mapping[str, Column], live: Live) -> Check:
    """Whether a column has moved by more than `max`, or so large a share of them by less, but surely.

    Surely is by more than chance would move the greatest of so many columns in a sample of this size, once in five
    hundred checks; less is a fifth of `max`, below which a large sample shows what nobody need know.
    """
    rows = len(live.inputs)
    if not reference:
        told = "no input has a reference: times and texts of many values have none, nor has a package of older days"
        return Check("drift", told=told)
    if rows < FEWEST_ROWS:
        return Check("drift", told=f"{rows:,} rows were asked: fewer than {FEWEST_ROWS} tell nothing")
    moved = _moved(bounds, reference, live.inputs)
    if not moved:
        return Check("drift", ("none of monitor.drift.columns can be compared",))
    over = drifted(moved, bounds.max, ALPHA)
    slight = [name for name in drifted(moved, bounds.max / _SLIGHT, ALPHA) if name not in over]
    told = f"{bounds.method} of {len(moved)} columns over {rows:,} rows: {len(over)} beyond {bounds.max:g}"
    evidence = {
        "method": bounds.method,
        "rows": rows,
        "drifted": over,
        "slightly": slight,
        "columns": {name: {"value": each.value, "p_value": each.p_value} for name, each in moved.items()},
        "not_judged": {name: each.reason for name, each in moved.items() if each.reason},
    }
    first = sorted(over, key=lambda name: -moved[name].value)
    findings = [f"{name}: {bounds.method} {moved[name].value:.3g}, at most {bounds.max:g}" for name in first]
    if slight and len(slight) + len(over) >= bounds.share * len(moved):
        findings.append(_together(bounds, moved, slight))
    return Check("drift", tuple(findings), told, evidence)


def _together(bounds: Bounds, moved: Mapping[str, Drift], slight: list[str]) -> str:
    first = sorted(slight, key=lambda name: -moved[name].value)[:5]
    named = ", ".join(f"{name} {moved[name].value:.3g}" for name in first) + (", …" if len(slight) > len(first) else "")
    return f"{len(slight)} of {len(moved)} columns moved less, but surely: {bounds.method} of {named}"


def check_contract(spec: Spec, live: Live) -> Check:
    """Whether what was asked keeps the contract of its columns."""
    told = f"{len(live.inputs):,} rows of what was asked"
    if live.unreadable:
        told += f"; {live.unreadable:,} lines of the log can't be read"
    return Check("inputs", tuple(map(str, check_inputs(spec, live.inputs))), told)


def _moved(bounds: Bounds, reference: Mapping[str, Column], rows: pd.DataFrame) -> dict[str, Drift]:
    """Column by column; one that the method can't compare, or that was never filled, is left out."""
    chosen = list(reference) if bounds.columns == "all" else [name for name in bounds.columns if name in reference]
    found: dict[str, Drift] = {}
    for name in chosen:
        column = reference[name]
        looks = {name: column, f"{name}, unseen words": column.beside}
        compared = {said: _compared(bounds, look, rows[name]) for said, look in looks.items() if look is not None}
        found |= {said: drift for said, drift in compared.items() if drift is not None}
    return found


def _compared(bounds: Bounds, column: Column, rows: pd.Series) -> Drift | None:
    values: Any = column.measured(rows)
    if bounds.method not in _OF_VALUES:
        return drift_of_counts(bounds.method, column.counts, count(column.bins, values))
    if column.values is None or not np.isfinite(values.astype(np.float64)).any():
        return None
    rows_then = int(column.counts[:-1].sum())  # the last bin is what was missing
    return drift_of_quantiles(bounds.method, column.values, rows_then, values)
