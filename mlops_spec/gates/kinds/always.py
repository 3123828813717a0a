"""The gates that every model has without naming them, in the order of `ALWAYS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.case import counted
from mlops_spec.gates.kinds import leak
from mlops_spec.pipeline.contract import check_table
from mlops_spec.pipeline.sample import held_to
from mlops_validators import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.judgement import GateResult


def contract(case: Case) -> GateResult:
    """The number of violations in the data that was trained on, checked anew."""
    if case.data_changed:
        return counted("contract", "contract", 1, Verdict("fail", "the data file is another one than was split"))
    violations = check_table(held_to(case.root, case.spec), case.data)
    reason = "; ".join(map(str, violations)) or "kept"
    return counted("contract", "contract", len(violations), Verdict("fail" if violations else "pass", reason))


GATES: Mapping[str, Callable[[Case], GateResult]] = {
    "contract": contract,
    "leak": leak.rows,
    leak.NEAR: leak.near,
    leak.TARGET: leak.target,
}
