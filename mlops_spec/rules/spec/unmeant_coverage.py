"""A bound on coverage leaves room on both sides of what is meant to be covered.

Between the quantiles 0.1 and 0.9 of a model that is right lie four fifths of the values. A gate that asks for 0.9 of
them asks for quantiles that are wrong; one that asks for 0.8 fails a right model half of the time.

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
        min: 0.9
        max: 0.95

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

Fix: put the bounds around the share between the outer two quantiles, or correct the quantiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS178"
NAME = "unmeant-coverage"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    levels = spec.data.quantiles
    if len(levels) < 2 or spec.data.unfit_quantiles or "coverage" in spec.evaluate.own:
        return
    meant = round(levels[-1] - levels[0], 9)
    for bound in bounds(spec):
        if bound.metric != "coverage":
            continue
        for key, room in (
            ("min", bound.min is None or bound.min < meant),
            ("max", bound.max is None or bound.max > meant),
        ):
            if not room:
                message = (
                    f"{levels[0]:g} to {levels[-1]:g} are meant to cover {meant:g}, which this asks a model not to do"
                )
                yield Finding(
                    (*bound.address, key), message, f"say {'less' if key == 'min' else 'more'} than {meant:g}"
                )
