"""Only a forecast has a horizon, a frequency and series.

Rows of any other task are asked for one by one, whenever they were. A run refuses what has no meaning, after the data
were fetched and read.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      series: customer

Good:

    data:
      path: data/rows.csv
      target: label
      id: id

Fix: leave the key out, or correct `task`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS143"
NAME = "idle-forecast-setting"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if not TASKS[spec.task].ahead:
        for key in spec.data.only_of_forecasts:
            yield Finding(("data", *key.split(".")), f"a task of {spec.task} forecasts nothing", "leave it out")
