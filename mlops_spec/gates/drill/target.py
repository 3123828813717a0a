"""The targets of attacks: the gates of a spec, those that every model has, and the drift alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Failure
from mlops_spec.gates.drill.drift import ALARM
from mlops_spec.gates.kinds import always, declared
from mlops_spec.spec.gates.result import GateResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.attacks.attack import Blow
    from mlops_spec.gates.kinds.kind import Kind
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate
    from mlops_spec.spec.watch import Drift


@dataclass(frozen=True)
class Target:
    """A gate by id and kind, how it is judged and attacked, and what declares it; None for those of every model."""

    id: str
    kind: str
    how: Kind[Any]
    gate: Gate | Drift | None = None


def targets(spec: Spec) -> Iterator[Target]:
    """All that a spec claims will stop something."""
    yield from (Target(name, name, how) for name, how in always.KINDS.items())
    yield from (Target(gate.id, gate.kind, declared.KINDS[gate.kind], gate) for gate in spec.gates)
    if spec.monitor:
        yield Target(f"drift/{spec.monitor.drift.method}", "drift", ALARM, spec.monitor.drift)


def ask(target: Target, blow: Blow[Any]) -> GateResult:
    """The gate's verdict, of a column the deciding one; what the gate refuses to judge is inconclusive."""
    try:
        return next(target.how.results(blow.case, blow.gate))
    except Failure as failure:
        return GateResult(id=target.id, kind=target.kind, verdict="inconclusive", reason=failure.message)
