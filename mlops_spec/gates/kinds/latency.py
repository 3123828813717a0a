"""How the package behaves where it runs: how long an answer takes, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrik

from mlops_spec.gates.case import result
from mlops_spec.gates.judgement import GateResult, Limit
from mlops_spec.spec.base import seconds, size_in_bytes
from mlops_spec.spec.gates import gate_id
from mlops_validators import Interval, Verdict, judge, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.latency import LatencyGate
    from mlops_spec.spec.gates.size import SizeGate

_SHARE = 0.99
_FEWEST_CALLS = 368  # below it even the slowest call does not bound the 99th percentile at 95 %


def latency(case: Case, gate: LatencyGate) -> Iterator[GateResult]:
    """One result, in milliseconds: the 99th percentile of single calls in a fresh process, after a warm-up."""
    name, bound = gate_id(gate), Limit("<=", 1000 * seconds(gate.latency.p99))
    taken = np.empty(0) if case.latencies is None else case.latencies
    if reason := case.untimed or _unknown(taken):
        yield result(name, "latency", undecided(reason), bound=bound, metric="p99")
        return
    found = percentile_interval(1000 * taken, _SHARE, case.spec.evaluate.confidence)
    verdict = judge(found, maximum=bound.value, rows=len(taken))
    yield result(name, "latency", verdict, found, bound, metric="p99")


def _unknown(latencies: np.ndarray) -> str | None:
    """Why the times of calls (n,) say nothing, if so."""
    if not len(latencies):
        return "no call was timed"
    if not np.isfinite(latencies).all():
        return "the time of a call is no number"
    if len(latencies) < _FEWEST_CALLS:
        return f"there was time for {len(latencies)} calls only, and {_FEWEST_CALLS} are needed"
    return None


def percentile_interval(values: np.ndarray, share: float, confidence: float) -> Interval:
    """A quantile of values (n,), with the interval between order statistics that holds it whatever the distribution.

    Source: Conover, Practical Nonparametric Statistics (1999), 3.2. An end beyond the values is the outermost one.
    """
    ordered = np.sort(values)
    low, high = np.ceil(bdtrik([(1 - confidence) / 2, (1 + confidence) / 2], len(values), share)).astype(int)
    low, high = max(low - 1, 0), min(high, len(values) - 1)
    return Interval(float(np.quantile(values, share)), float(ordered[low]), float(ordered[high]), "order statistics")


def size(case: Case, gate: SizeGate) -> Iterator[GateResult]:
    """One result, in bytes: all files of the package."""
    bound = Limit("<=", float(size_in_bytes(gate.size.max)))
    value = float(case.package_bytes)
    said = f"{case.package_bytes:,} bytes"
    verdict = Verdict("pass", said) if value <= bound.value else Verdict("fail", f"{said}, at most {gate.size.max}")
    yield result(gate_id(gate), "size", verdict, Interval(value, value, value, "exact"), bound, metric="bytes")
