"""The gates that every model has without naming them, in the order of `ALWAYS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.on_data import ON_CONTRACT
from mlops_spec.gates.attacks.on_leaks import ON_LEAK, ON_NEAR, ON_TARGET
from mlops_spec.gates.case import counted
from mlops_spec.gates.kinds import leak
from mlops_spec.gates.kinds.kind import Kind, sees_all
from mlops_spec.pipeline.contract import check_table
from mlops_spec.pipeline.file_column import FileColumn
from mlops_spec.pipeline.sample import held_to
from mlops_validators import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.gates.attacks.attack import Attack
    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.result import GateResult


def contract(case: Case) -> GateResult:
    """The number of violations in the data that was trained on, checked anew."""
    if case.data_changed:
        return counted("contract", "contract", 1, Verdict("fail", "the data file is another one than was split"))
    files = FileColumn.of(case.root, case.spec)
    violations = [
        *check_table(held_to(case.root, case.spec), case.data),
        *(files.violations(case.data) if files else ()),
    ]
    reason = "; ".join(map(str, violations)) or "kept"
    return counted("contract", "contract", len(violations), Verdict("fail" if violations else "pass", reason))


def _judging(judge: Callable[[Case], GateResult], attacks: tuple[Attack[None], ...]) -> Kind[None]:
    def results(case: Case, gate: None) -> Iterator[GateResult]:
        del gate
        yield judge(case)

    return Kind(results, attacks, sees_all)


KINDS: dict[str, Kind[None]] = {
    "contract": _judging(contract, ON_CONTRACT),
    "leak": _judging(leak.rows, ON_LEAK),
    leak.NEAR: _judging(leak.near, ON_NEAR),
    leak.TARGET: _judging(leak.target, ON_TARGET),
}


def results_of(case: Case) -> Iterator[GateResult]:
    """What all of them say of a case."""
    for kind in KINDS.values():
        yield from kind.results(case, None)
