"""Attacks on the gates of how a package behaves where it runs: calls that are slow, and files that are large."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.gates.attacks.attack import Attack, Blow, draw
from mlops_spec.spec.base import seconds, size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.drill.target import Target

_CALLS = 1000


def _slow(case: Case, target: Target) -> Iterator[Blow]:
    bound = _bound(target)
    calls = draw(case).uniform(0.4, 0.6, _CALLS) * bound
    yield Blow(replace(case, latencies=calls + bound), target, "all of them")
    yield Blow(replace(case, latencies=np.where(np.arange(_CALLS) % 20, calls, 20 * bound)), target, "one of twenty")


def _unmeasured(case: Case, target: Target) -> Iterator[Blow]:
    fast = draw(case).uniform(0.4, 0.6, _CALLS) * _bound(target)
    yield Blow(replace(case, latencies=None), target, "no call")
    yield Blow(replace(case, latencies=fast[:10]), target, "ten calls")
    for value in (np.nan, np.inf):
        yield Blow(
            replace(case, latencies=np.where(np.arange(_CALLS) % 50, fast, value)), target, f"calls of {value} s"
        )


def _large(case: Case, target: Target) -> Iterator[Blow]:
    gate: Any = target.declared
    bound = size_in_bytes(gate.size.max)
    yield Blow(replace(case, package_bytes=bound + 1), target, "by one byte")
    yield Blow(replace(case, package_bytes=1000 * bound), target, "a thousand times")


def _bound(target: Target) -> float:
    gate: Any = target.declared
    return seconds(gate.latency.p99)


ON_LATENCY = (Attack("calls too slow", _slow), Attack("calls not measured", _unmeasured))
ON_SIZE = (Attack("package too large", _large),)
