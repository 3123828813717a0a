"""The target of a forecast: numbers of series whose rows are equally far apart, long enough to test the horizon."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.pipeline import lagged, origins, steps
from mlops_spec.pipeline.levels import quantile_names
from mlops_spec.pipeline.table import whole
from mlops_spec.pipeline.tasks import regression
from mlops_spec.pipeline.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec import Spec


def _violations(spec: Spec, table: Table) -> Iterator[Violation]:
    yield from regression.TARGET.violations(spec, table)
    data = spec.data
    if unfit := data.unfit_quantiles:
        yield Violation("data.quantiles", f"{unfit}: {data.quantiles}")
    if absent := _unsaid(spec):
        yield Violation(data.targets[0], f"is to be forecast, which needs {', '.join(absent)}")
        return
    names = [name for name in (data.time, data.series) if name is not None]
    rows = pd.DataFrame({name: whole(table, name) for name in names})
    found = list(steps.violations(data, rows)) or list(origins.violations(data, rows) if len(rows) else ())
    yield from found
    yield from lagged.violations(data)


def _unsaid(spec: Spec) -> list[str]:
    """What of the keys a forecast can't do without is not said, or no whole number of steps."""
    data = spec.data
    known = {
        "data.time": data.time,
        "data.frequency": data.frequency,
        "data.split.by: time": data.split.by == "time" or None,
        "a data.split.horizon of whole steps": data.horizon_steps,
        "a data.split.gap of whole steps": data.gap_steps,
        "a data.season of whole steps": data.season_steps if data.frequency else 0,
    }
    return [name for name, value in known.items() if value is None]


def _quantiles(spec: Spec, rows: pd.DataFrame) -> list[Scalar]:
    del rows
    return [*quantile_names(spec.data)]


TARGET = replace(regression.TARGET, violations=_violations, classes=_quantiles)
