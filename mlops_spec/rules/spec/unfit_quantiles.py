"""Quantiles ascend, and the median is one of them.

The model answers them in this order, and the median is the forecast that `mase` and all other errors are of. Levels are
shares: 0.9, not 90.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      quantiles: [0.1, 0.9]
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
      quantiles: [0.1, 0.5, 0.9]
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Fix: name the quantiles in ascending order, 0.5 among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS175"
NAME = "unfit-quantiles"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if unfit := spec.data.unfit_quantiles:
        right = sorted({*spec.data.quantiles, 0.5, *(() if len(spec.data.quantiles) > 1 else (0.1, 0.9))})
        yield Finding(("data", "quantiles"), unfit, f"say `[{', '.join(f'{level:g}' for level in right)}]`")
