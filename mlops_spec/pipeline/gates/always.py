"""The gates that every model has: the data keeps its contract, and no test row is in train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.gates.case import result
from mlops_spec.pipeline.judgement import Limit
from mlops_spec.pipeline.leak import leaked_rows
from mlops_validators import Interval, Verdict

if TYPE_CHECKING:
    from mlops_spec.pipeline.gates.case import Case
    from mlops_spec.pipeline.judgement import GateResult


def contract(case: Case) -> GateResult:
    """The number of violations in the data that was trained on, checked anew."""
    violations = check(case.spec, case.data)
    if case.data_changed:
        return _none_of("contract", 1, "the data file is another one than was split")
    return _none_of("contract", len(violations), "; ".join(map(str, violations)) or "kept")


def leak(case: Case) -> GateResult:
    """The number of test rows that are in train as well, by row hashes."""
    count = int(leaked_rows(case.spec.data, case.train, case.test).sum())
    return _none_of("leak", count, f"{count:,} test rows are in train as well")


def _none_of(name: str, count: int, reason: str) -> GateResult:
    exact = Interval(float(count), float(count), float(count), "exact")
    return result(name, name, Verdict("fail" if count else "pass", reason), exact, Limit("=", 0.0))
