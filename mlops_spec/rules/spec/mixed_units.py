"""An error over several targets is one of targets of like size.

The mean error over several targets, or the worst, is in the units of all of them at once. Where one target reaches ten
times as far as another, its error is nearly all of that number: the others may be as wrong as they like, and no gate
sees it.

Bad:

    task: regression
    data:
      path: data/rows.csv
      target: [width_mm, weight_g]
      id: id
      contract:
        columns:
          width_mm: {type: number, min: 0, max: 20}
          weight_g: {type: number, min: 0, max: 5000}
    gates:
      - metric: root_mean_squared_error
        max: 40

Good:

    task: regression
    data:
      path: data/rows.csv
      target: [width_mm, weight_g]
      id: id
      contract:
        columns:
          width_mm: {type: number, min: 0, max: 20}
          weight_g: {type: number, min: 0, max: 5000}
    gates:
      - metric: r2_worst
        min: 0.6

Fix: hold the targets to `r2_worst` (or `r2`), which has no unit, or bring them to one scale in the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import bounds
from mlops_spec.spec.tasks.regression import WORST, in_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS136"
NAME = "mixed-units"
SEVERITY: Severity = "warning"
_TIMES = 10


def check(spec: Spec) -> Iterator[Finding]:
    reach = _reaches(spec)
    if len(spec.data.targets) < 2 or len(reach) < len(spec.data.targets):
        return
    least, most = min(reach, key=reach.__getitem__), max(reach, key=reach.__getitem__)
    if reach[most] < _TIMES * reach[least]:
        return
    for bound in bounds(spec):
        if in_units(bound.metric):
            message = (
                f"`{bound.metric}` is that of `{most}`, which reaches {reach[most] / reach[least]:.3g} times as far"
            )
            yield Finding((*bound.address, "metric"), f"{message} as `{least}`", f"r2{WORST} has no unit")


def _reaches(spec: Spec) -> dict[str, float]:
    """How far each target may reach from its least value, where the contract says so."""
    columns = {name: spec.data.contract.columns.get(name) for name in spec.data.targets}
    return {
        name: float(column.max - column.min)
        for name, column in columns.items()
        if column is not None and column.min is not None and column.max is not None and column.max > column.min
    }
