"""A limit on time and size is one that a client feels.

`250m` is 250 minutes, `250ms` a quarter of a second. A gate that lets a slower model pass than the rollout bears only
moves the failure to production, and a package of 50 GB is loaded by nobody.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75
      - latency: {p99: 250m}

Good:

    gates:
      - metric: roc_auc
        min: 0.75
      - latency: {p99: 250ms}

Fix: write milliseconds as `ms`, and ask of the gate no less than of the rollout.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds, size_in_bytes
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.gates.size import SizeGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS220"
NAME = "slow-limit"
SEVERITY: Severity = "warning"


_MOST_SECONDS = 10.0
_BATCH = 4  # times as long may an answer to many rows take, where no gate asks for one
_MOST_BYTES = 4 * 10**9


def check(spec: Spec) -> Iterator[Finding]:
    rolled = [each.rollout.max_p99 for each in spec.servers.values() if each.rollout.max_p99 is not None]
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, SizeGate) and size_in_bytes(gate.size.max) > _MOST_BYTES:
            yield Finding(("gates", index, "size", "max"), f"a package of {gate.size.max} is loaded by nobody")
        if not isinstance(gate, LatencyGate):
            continue
        place = ("gates", index, "latency", "p99")
        asked = gate.latency.p99
        if seconds(asked) / gate.latency.batch > _MOST_SECONDS:
            yield Finding(place, f"an answer may take {seconds(asked):,.0f} seconds", "milliseconds are `ms`")
        elif any(seconds(asked) > _slack(spec, gate) * seconds(bound) for bound in rolled):
            least = min(rolled, key=seconds)
            yield Finding(place, f"{asked} passes the gate, and a rollout takes back what needs more than {least}")
    for name, environment in spec.servers.items():
        bound = environment.rollout.max_p99
        if bound is not None and seconds(bound) > max(_MOST_SECONDS, 10 * _longest_batch_seconds(spec)):
            address: Address = ("environments", name, "rollout", "max_p99")
            yield Finding(address, f"an answer may take {seconds(bound):,.0f} seconds", "milliseconds are `ms`")


def _slack(spec: Spec, gate: LatencyGate) -> float:
    """How many times as long as a rollout lets an answer take a gate may: many rows where one is gated too, any."""
    single = any(isinstance(each, LatencyGate) and each.latency.batch == 1 for each in spec.gates)
    return 1 if gate.latency.batch == 1 else inf if single else _BATCH


def _longest_batch_seconds(spec: Spec) -> float:
    gates = [gate.latency for gate in spec.gates if isinstance(gate, LatencyGate) and gate.latency.batch > 1]
    return max((seconds(gate.p99) for gate in gates), default=0.0)
