"""The worst of several targets is asked for where there are several.

`r2_worst` is the `r2` of the target that has the worst. Of one target it is `r2` under another name, and who reads the
gate looks for targets that there are not.

Bad:

    task: regression
    data:
      path: data/rows.csv
      target: price
      id: id
    gates:
      - metric: r2_worst
        min: 0.6

Good:

    task: regression
    data:
      path: data/rows.csv
      target: price
      id: id
    gates:
      - metric: r2
        min: 0.6

Fix: leave `_worst` out; `mlops-spec lint --fix` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.spec.measures import measures
from mlops_spec.spec.metrics import METRICS
from mlops_spec.spec.tasks.regression import WORST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS137"
NAME = "lone-worst"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if len(spec.data.targets) > 1:
        return
    for address, name in measures(spec):
        if name in METRICS and name.endswith(WORST):
            one = name.removesuffix(WORST)
            yield Finding(
                address, f"`{name}` of one target is its `{one}`", f"say `{one}`", fix=(Change(address, one),)
            )
