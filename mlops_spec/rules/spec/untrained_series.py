"""What is tested leaves something to learn from.

The last `folds` horizons and the gap are kept from training, and scales and the seasonal naive forecast need a season
before them. Where the contract lets in fewer rows than that, a run refuses them all.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 12}
      contract: {rows: {max: 300}, columns: {sales: {type: number}}}
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
      contract: {rows: {max: 3000}, columns: {sales: {type: number}}}
    gates:
      - metric: mase
        max: 0.7

Fix: test fewer folds, or a shorter horizon; or gather rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS146"
NAME = "untrained-series"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data, most = spec.data, spec.data.contract.rows.max
    asked, season = data.untrained_steps, data.season_steps or 1
    if data.series is not None or most is None or asked is None:
        return
    if most <= asked + season:
        message = f"of at most {most:,} rows {asked:,} are kept from training, and a season has {season:,}"
        yield Finding(("data", "split"), message)
