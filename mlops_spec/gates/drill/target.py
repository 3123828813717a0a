"""What is attacked: the gates of a spec, those that every model has, and the drift alarm; and how each is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.gates.drill.drift import ring
from mlops_spec.gates.judgement import GateResult
from mlops_spec.gates.kinds import always
from mlops_spec.gates.kinds.declared import results_of
from mlops_spec.spec.gates import ALWAYS, gate_id
from mlops_spec.spec.watch import Drift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate


@dataclass(frozen=True)
class Target:
    """A gate by id and kind; `declared` is None for those that every model has."""

    id: str
    kind: str
    declared: Gate | Drift | None = None


def targets(spec: Spec) -> Iterator[Target]:
    """All that a spec claims will stop something."""
    yield from (Target(name, name) for name in ALWAYS)
    yield from (Target(gate_id(gate), gate.kind, gate) for gate in spec.gates)
    if spec.monitor:
        yield Target(f"drift/{spec.monitor.drift.method}", "drift", spec.monitor.drift)


def ask(target: Target, case: Case) -> GateResult:
    """The gate's verdict, of a column the deciding one; what the gate refuses to judge is inconclusive."""
    try:
        return _asked(target, case)
    except Failure as failure:
        return GateResult(id=target.id, kind=target.kind, verdict="inconclusive", reason=failure.message)


def _asked(target: Target, case: Case) -> GateResult:
    if target.declared is None:
        return always.GATES[target.id](case)
    if isinstance(target.declared, Drift):
        return ring(case, target.declared)
    return next(results_of(case, target.declared))
