"""Limits on time and size that this model is nowhere near: a thousand times what was measured, and a lot besides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.spec.base import seconds, size_in_bytes
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.gates.size import SizeGate

if TYPE_CHECKING:
    from mlops_spec.gates.case import Case
    from mlops_spec.gates.drill.target import Target

_TIMES = 1000
_SECOND, _GIGABYTE = 1000.0, 10.0**9  # milliseconds, bytes


def out_of_reach(case: Case, target: Target) -> str:
    """What to say of a limit that only another model breaks; empty where it is near, or nothing was measured."""
    match target.declared:
        case LatencyGate() as gate:
            taken, limit = _milliseconds(case, target.id), 1000 * seconds(gate.latency.p99)
            if taken is not None and limit >= max(_TIMES * taken, _SECOND):
                return f"calls took {taken:.3g} ms when last measured, and {gate.latency.p99} pass"
        case SizeGate() as gate:
            if size_in_bytes(gate.size.max) >= max(_TIMES * case.package_bytes, _GIGABYTE):
                return f"the package has {case.package_bytes:,} bytes, and {gate.size.max} pass"
    return ""


def _milliseconds(case: Case, gate: str) -> float | None:
    """What the last gate measured, if it did."""
    try:
        judged = json.loads((case.root / layout.GATE).read_bytes())
        value = next((each["value"] for each in judged["gates"] if each["id"] == gate), None)
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return float(value) if isinstance(value, int | float) else None
