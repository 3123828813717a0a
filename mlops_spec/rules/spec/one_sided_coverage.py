"""Coverage is bounded on both sides.

An interval that goes from nothing to everything holds every value: coverage has a right value, and too much is as wrong
as too little. `coverage_error` is how far it is from that value, either way, and knows which is better.

Bad:

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
      - metric: coverage
        min: 0.75

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
      - metric: coverage
        min: 0.75
        max: 0.85

Fix: name the other bound as well, or gate on `coverage_error`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import bounds, measures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS177"
NAME = "one-sided-coverage"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if not spec.data.quantiles or "coverage" in spec.evaluate.own:
        return
    bounded = {bound.address: bound for bound in bounds(spec)}
    for (*place, key), metric in measures(spec):
        if metric != "coverage" or place[0] == "evaluate":
            continue
        bound = bounded.get(tuple(place))
        if bound is None or (bound.min is None and bound.max is None):
            message, other = "more coverage is not better", "compare `coverage_error`"
        elif bound.min is not None and bound.max is not None:
            continue
        else:
            wrong = "wide" if bound.max is None else "narrow"
            message, other = f"an interval that is far too {wrong} passes", "bound the other side too"
        yield Finding((*place, key), message, other)
