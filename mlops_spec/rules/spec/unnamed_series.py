"""Rows that are more than one series can have say which series they are of.

Without `series` all rows are one: a day has one row. Where the contract asks for more rows than a century has steps,
the rows are those of many stores or customers, and each run stops at the first time that comes twice.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 12}
      contract: {rows: {min: 150000}, columns: {sales: {type: number}}}
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
      series: store
      split: {by: time, horizon: 28d, folds: 12}
      contract: {rows: {min: 150000}, columns: {sales: {type: number}}}
    gates:
      - metric: mase
        max: 0.7

Fix: name the column that tells the series apart in `data.series`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cadence import amount, by_calendar
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS167"
NAME = "unnamed-series"
SEVERITY: Severity = "error"

_CENTURY = {True: 100 * 12, False: 100 * 365.25 * 86_400}  # in months where the calendar counts, else in seconds


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    least = data.contract.rows.min
    if not TASKS[spec.task].ahead or data.series is not None or data.frequency is None or least is None:
        return
    if least * amount(data.frequency) > _CENTURY[by_calendar(data.frequency)]:
        message = f"{least:,} rows of {data.frequency} are more than a century of one series"
        yield Finding(("data", "contract", "rows", "min"), message, "name the column of the series in `data.series`")
