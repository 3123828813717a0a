"""The anchor of a gate: the last version that passed it by its own interval, and by no other version.

What is inconclusive is held against it, on the same rows. Since no version that only an anchor let pass becomes one, a
line of releases, each a little worse than the one before, is always compared with where it began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.result import Bound, Compared, Outcome


class Past(NamedTuple):
    """A registered version that was not revoked, with its gates by their ids, and the commit of its release."""

    version: str
    digest: str
    commit: str
    gates: Sequence[PastGate]


class PastGate(NamedTuple):
    """A gate as the ledger has it."""

    id: str
    verdict: Outcome
    value: float | None
    low: float | None
    high: float | None
    bound: Bound | None
    waived_until: str | None
    anchor: Compared | None


def anchors(past: Sequence[Past], demand: Demand, name: str) -> Iterator[Past]:
    """The versions, in their order, of which each could hold the gate `name`; it is the demand's, or one of a slice."""
    for each in past:
        found = [gate for gate in each.gates if gate.id == name]
        if found and all(_outright(demand, gate) for gate in found):
            yield each


def _outright(demand: Demand, gate: PastGate) -> bool:
    if demand.environment is not None:
        return _becomes_anchor(demand, gate)
    if gate.verdict != "pass" or gate.anchor is not None or gate.bound is None:
        return False
    least, most, kept = demand.least, demand.most, gate.bound
    if least is not None and most is not None:
        return False  # of two bounds a version showed only the one that is on record
    if least is not None:
        return kept.op == ">=" and kept.value >= least
    return most is not None and kept.op == "<=" and kept.value <= most


def _becomes_anchor(demand: Demand, gate: PastGate) -> bool:
    """Whether later versions are measured by this one: the first, one that was better than the live one, or one that a
    person let through though it was not as good."""
    if gate.verdict != "pass":
        return gate.waived_until is not None
    if gate.value is None or gate.low is None or gate.high is None:
        return gate.value is None
    return gate.low > 0 if demand.better else gate.high < 0
