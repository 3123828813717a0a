"""The demands of a spec: which gates there must be, and which of them are waived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.gates import always

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.demand import Demand


def demands(spec: Spec) -> tuple[Demand, ...]:
    """Those of every model, then those of the spec, in its order."""
    return (*always.demands(), *(gate.demand(spec.evaluate) for gate in spec.gates))


def waived(spec: Spec, *names: str) -> list[str]:
    """The last days of the waivers of a gate, under any of its names."""
    return [waiver.expires for waiver in spec.governance.waivers if waiver.gate in names]
