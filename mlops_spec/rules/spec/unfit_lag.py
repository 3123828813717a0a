"""A lag looks back at numbers.

What a series held so long before is a number, and so is its mean. Of a category it would be missing in every row.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      lags:
        sales_before: {of: weather, by: 28d}
      contract: {columns: {weather: {type: category}}}
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Good:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      lags:
        sales_before: {of: sales, by: 28d}
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Fix: look back at a column of numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS149"
NAME = "unfit-lag"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, lag in spec.data.lags.items():
        column = spec.data.contract.columns.get(lag.of)
        if column is not None and column.type not in ("integer", "number", "boolean"):
            yield Finding(("data", "lags", name, "of"), f"`{lag.of}` is of type {column.type}, and no number")
