"""The package's latency against its limit, measured call by call in a fresh process."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrik

from mlops_spec import model_folder
from mlops_spec.gates.attacks.attack import Attack, Blow, draw
from mlops_spec.gates.case import result
from mlops_spec.gates.kinds.kind import Kind
from mlops_spec.spec.base import seconds
from mlops_spec.spec.gates import gate_id
from mlops_spec.spec.gates.result import GateResult, Limit
from mlops_validators import Interval, judge, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.latency import LatencyGate

_SHARE = 0.99
_CALLS = 1000  # of an attack
_FEWEST_CALLS = 368  # below it even the slowest call does not bound the 99th percentile at 95 %


def results(case: Case, gate: LatencyGate) -> Iterator[GateResult]:
    """One result, in milliseconds: the 99th percentile of single calls in a fresh process, after a warm-up."""
    name, bound = gate_id(gate), Limit("<=", 1000 * seconds(gate.latency.p99))
    taken = np.empty(0) if case.latencies is None else case.latencies
    if reason := case.untimed or _why_unmeasured(taken):
        yield result(name, "latency", undecided(reason), bound=bound, metric="p99")
        return
    found = percentile_interval(1000 * taken, _SHARE, case.spec.evaluate.confidence)
    verdict = judge(found, maximum=bound.value, rows=len(taken))
    yield result(name, "latency", verdict, found, bound, metric="p99")


def _why_unmeasured(latencies: np.ndarray) -> str | None:
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


def _slow(case: Case, gate: LatencyGate) -> Iterator[Blow[LatencyGate]]:
    bound = seconds(gate.latency.p99)
    calls = draw(case).uniform(0.4, 0.6, _CALLS) * bound
    yield Blow(replace(case, latencies=calls + bound), gate, "all of them")
    yield Blow(replace(case, latencies=np.where(np.arange(_CALLS) % 20, calls, 20 * bound)), gate, "one of twenty")


def _unmeasured(case: Case, gate: LatencyGate) -> Iterator[Blow[LatencyGate]]:
    fast = draw(case).uniform(0.4, 0.6, _CALLS) * seconds(gate.latency.p99)
    yield Blow(replace(case, latencies=None), gate, "no call")
    yield Blow(replace(case, latencies=fast[:10]), gate, "ten calls")
    for value in (np.nan, np.inf):
        yield Blow(replace(case, latencies=np.where(np.arange(_CALLS) % 50, fast, value)), gate, f"calls of {value} s")


def _weaknesses(case: Case, gate: LatencyGate) -> Iterator[tuple[str, str]]:
    taken, limit = _last_milliseconds(case, gate.id), 1000 * seconds(gate.latency.p99)
    if taken is not None and limit >= max(_TIMES * taken, _SECOND):
        yield "limit out of reach", f"calls took {taken:.3g} ms when last measured, and {gate.latency.p99} pass"


def _last_milliseconds(case: Case, gate: str) -> float | None:
    try:
        judged = json.loads((case.root / model_folder.GATE).read_bytes())
        value = next((each["value"] for each in judged["gates"] if each["id"] == gate), None)
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return float(value) if isinstance(value, int | float) else None


_TIMES, _SECOND = 1000, 1000.0  # milliseconds
KIND: Kind[LatencyGate] = Kind(
    results, (Attack("calls too slow", _slow), Attack("calls not measured", _unmeasured)), _weaknesses
)
