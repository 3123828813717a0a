"""The drift alarm of `monitor.drift` as a gate: the package's reference against rows that come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec import layout
from mlops_spec.gates.judgement import GateResult, Limit
from mlops_spec.monitor.inputs import check_drift
from mlops_spec.monitor.predictions import Live
from mlops_spec.pipeline.reference import read_reference
from mlops_validators.binning import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.gates.case import Case
    from mlops_spec.pipeline.reference import Column
    from mlops_spec.spec.watch import Drift


def ring(case: Case, alarm: Drift) -> GateResult:
    """`fail` when the alarm rings over the test rows, by the very check that `monitor` does."""
    check = check_drift(alarm, read_reference(case.root / layout.PACKAGE), Live(case.test, (), np.empty(0)))
    return GateResult(
        id=f"drift/{alarm.method}",
        kind="drift",
        bound=Limit("<=", alarm.max),
        verdict="fail" if check.findings else "pass",
        reason=check.told,
    )


def watched(case: Case, alarm: Drift) -> dict[str, Column]:
    """The reference of the columns that the alarm looks at: those it names, or all."""
    known: Mapping[str, Column] = read_reference(case.root / layout.PACKAGE)
    return {name: column for name, column in known.items() if alarm.columns == "all" or name in alarm.columns}


def is_its_own_reference(case: Case, alarm: Drift) -> bool:
    """Whether the reference was made of the test rows: all counts are theirs to the last row."""
    columns = watched(case, alarm)
    return bool(columns) and all(
        np.array_equal(column.counts, count(column.bins, column.measured(case.test[name])))
        for name, column in columns.items()
        if case.test[name].dtype.kind not in "mM"
    )
