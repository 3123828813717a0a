"""What is tested leaves something to learn from.

A forecast is trained on what lies before the first origin, once. Folds that reach back over most of a series leave too
little of it: not two seasons, or not as much as is tested.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 24}
      contract: {rows: {min: 730}, columns: {sales: {type: number}}}
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
      split: {by: time, horizon: 28d, folds: 12}
      contract: {rows: {min: 730}, columns: {sales: {type: number}}}
    gates:
      - metric: mase
        max: 0.7

Fix: test fewer `folds`, or ask for more rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS168"
NAME = "spent-series"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    data, rows, most = spec.data, spec.data.contract.rows.min, spec.data.contract.rows.max
    kept, season = data.untrained_steps, data.season_steps or 1
    if not TASKS[spec.task].ahead or data.series is not None or rows is None or kept is None:
        return
    if most is not None and most <= kept + season:
        return  # no table is long enough, which MS146 says
    tested, left = kept - (data.gap_steps or 0), rows - kept
    if left < max(2 * season, tested // 2):
        message = f"of {rows:,} rows {tested:,} are tested, which leaves {max(left, 0):,} to learn from"
        yield Finding(("data", "split", "horizon"), message, "test fewer `folds`, or ask for more rows")
