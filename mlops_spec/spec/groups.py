"""The groups of rows, as far as the contract tells: how many values a column has, how many rows are tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.spec import Spec


def number_of_values(spec: Spec, column: str) -> int | None:
    """How many different values a column can have; None where the contract does not say."""
    if column in spec.data.derive:
        return len(spec.data.derive[column].bins) - 1
    known = spec.data.contract.columns.get(column)
    if known is None:
        return None
    if known.values is not None:
        return len(set(map(str, known.values)))
    if known.type == "boolean":
        return 2
    if known.type == "integer" and known.min is not None and known.max is not None:
        return max(int(known.max) - int(known.min) + 1, 0)
    return None


def test_rows(spec: Spec) -> int | None:
    """How many rows are tested at most, or as few as the contract lets in where it has no most; None: nobody knows."""
    rows = spec.data.contract.rows
    known = rows.max if rows.max is not None else rows.min
    if spec.data.split.horizon is not None:
        series = 1 if spec.data.series is None else number_of_values(spec, spec.data.series)
        steps = spec.data.horizon_steps
        return None if series is None or steps is None else spec.data.split.folds * steps * series
    return None if known is None or spec.data.split.by == "column" else int(known * spec.data.split.test)


def as_rows_go(spec: Spec) -> str:
    """How `test_rows` knows, as a message says it."""
    most = spec.data.contract.rows.max is not None or spec.data.split.horizon is not None
    return "at most" if most else "with as few rows as the contract lets in"
