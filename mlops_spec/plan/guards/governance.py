"""Looser watching and governance: drift that may be larger, records kept shorter, more let through for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.weakening import Weakening, changed, dropped, fell, lost, rose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec
    from mlops_spec.spec.governance import Waiver
    from mlops_spec.spec.watch import Drift, Monitor, Performance

_RISKS = ("minimal", "limited", "high")


def governance(old: Spec, new: Spec) -> Iterator[Weakening]:
    """Owners, the branch that is released from, risk class, retention, who may approve, provenance, waivers."""
    before, after = old.governance, new.governance
    yield from lost("owners", old.owners, new.owners)
    yield from changed("branch", old.branch, new.branch, weaker=old.branch != new.branch)
    lower = _RISKS.index(after.risk) < _RISKS.index(before.risk)
    yield from changed("governance.risk", before.risk, after.risk, weaker=lower)
    yield from fell("governance.retention.predictions", before.retention.predictions, after.retention.predictions)
    yield from _switched_off("governance.separation_of_duties", before.separation_of_duties, after.separation_of_duties)
    gone = before.provenance != "none" == after.provenance
    yield from changed("governance.provenance", before.provenance, after.provenance, weaker=gone)
    for waiver in after.waivers:
        yield from _waiver(waiver, before.waivers)


def monitoring(old: Spec, new: Spec) -> Iterator[Weakening]:
    """The scheduled check."""
    if old.monitor and new.monitor:
        yield from _monitor(old.monitor, new.monitor)
    elif old.monitor:
        yield from dropped("monitor")


def _monitor(old: Monitor, new: Monitor) -> Iterator[Weakening]:
    yield from _drift(old.drift, new.drift)
    yield from _switched_off("monitor.data.contract", old.data.contract, new.data.contract)
    if old.performance:
        yield from _performance(old.performance, new.performance)


def _drift(old: Drift, new: Drift) -> Iterator[Weakening]:
    if (old.method, old.season) == (new.method, new.season):  # others' numbers are no larger or smaller than these
        yield from rose("monitor.drift.max", old.max, new.max)
    yield from rose("monitor.drift.share", old.share, new.share)
    if new.columns != "all":
        yield from lost("monitor.drift.columns", ["all"] if old.columns == "all" else old.columns, new.columns)


def _performance(old: Performance, new: Performance | None) -> Iterator[Weakening]:
    if new is None or new.metric != old.metric:
        yield from dropped(f"monitor.performance {old.metric}")
        return
    yield from fell("monitor.performance.min", old.min, new.min)
    yield from rose("monitor.performance.max", old.max, new.max)


def _waiver(waiver: Waiver, known: list[Waiver]) -> Iterator[Weakening]:
    before = next((each for each in known if each.gate == waiver.gate), None)
    where = f"governance.waivers {waiver.gate}"
    if before is None:
        yield Weakening(where, f"waived until {waiver.expires} by {waiver.owner}")
    elif waiver.expires > before.expires:
        yield Weakening(where, f"waived longer: {before.expires} → {waiver.expires} by {waiver.owner}")


def _switched_off(where: str, old: bool, new: bool) -> Iterator[Weakening]:
    yield from changed(where, old, new, weaker=old and not new)
