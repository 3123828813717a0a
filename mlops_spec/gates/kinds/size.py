"""The package's size against its limit: the bytes of all its files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.case import result
from mlops_spec.gates.kinds.kind import Kind
from mlops_spec.spec.base import size_in_bytes
from mlops_spec.spec.gates.result import Limit
from mlops_validators import Interval, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.result import GateResult
    from mlops_spec.spec.gates.size import SizeGate


def results(case: Case, gate: SizeGate) -> Iterator[GateResult]:
    """One result, in bytes: all files of the package."""
    bound = Limit("<=", float(size_in_bytes(gate.size.max)))
    value = float(case.package_bytes)
    said = f"{case.package_bytes:,} bytes"
    verdict = Verdict("pass", said) if value <= bound.value else Verdict("fail", f"{said}, at most {gate.size.max}")
    yield result(gate.id, "size", verdict, Interval(value, value, value, "exact"), bound, metric="bytes")


def _large(case: Case, gate: SizeGate) -> Iterator[Blow[SizeGate]]:
    bound = size_in_bytes(gate.size.max)
    yield Blow(replace(case, package_bytes=bound + 1), gate, "by one byte")
    yield Blow(replace(case, package_bytes=1000 * bound), gate, "a thousand times")


def _weaknesses(case: Case, gate: SizeGate) -> Iterator[tuple[str, str]]:
    if size_in_bytes(gate.size.max) >= max(_TIMES * case.package_bytes, _GIGABYTE):
        yield "limit out of reach", f"the package has {case.package_bytes:,} bytes, and {gate.size.max} pass"


_TIMES, _GIGABYTE = 1000, 10.0**9  # bytes
KIND: Kind[SizeGate] = Kind(results, (Attack("package too large", _large),), _weaknesses)
