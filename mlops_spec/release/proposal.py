"""The text of a promotion: what an approver must know, all of it taken from the ledger and from Git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.ledger.history import time_live
from mlops_spec.release.differences import differences
from mlops_spec.words.markdown import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import GateResult, What
    from mlops_spec.release.world import World


def report(world: World, what: What, registered: Record) -> str:
    """Markdown for the pull request that promotes `what`: against what is live, since when, on which evidence."""
    live = world.state.live.get(what.environment or "")
    before = world.state.registered.get(live.version) if live else None
    replaced = f"replaces **{live.version}** (serial {live.serial})" if live else "nothing is live there yet"
    lines = [
        f"Promotes **{what.model} {what.version}** to **{what.environment}**; {replaced}.",
        "",
        f"- package `{what.package.digest if what.package else ''}`",
        f"- registered {registered.time} by {code(registered.who.actor.login)}, record {registered.seq} of the ledger",
        *_soak(world, what),
        f"- {ledger.head(world.git).checkpoint.line}: whoever keeps this text can prove them",
        "",
        *_gates(registered, before),
        "",
        *_changes(world, registered, before),
        "",
        "Merging asks the agent for it; whoever approves answers for this text, whose digest is in the deploy file.",
    ]
    return "\n".join(lines) + "\n"


def _soak(world: World, what: What) -> Iterator[str]:
    if what.after and what.version:
        lived = time_live(world.records, what.model, what.after, what.version, world.now)
        wanted = world.environment(what.environment or "").promote.soak
        asked = f", {wanted} are asked for before it is deployed" if wanted else ""
        yield f"- live in {what.after} for {int(lived.total_seconds()) // 60} min when this was written{asked}"


def _gates(registered: Record, before: Record | None) -> Iterator[str]:
    known = {gate.id: gate for gate in (before.why.gates if before and before.why else ())}
    gates = registered.why.gates if registered.why else ()
    yield _summary(gates)
    yield ""
    yield "| gate | value | interval | bound | verdict |" + (f" {before.what.version}, live |" if before else "")
    yield "|---|---|---|---|---|" + ("---|" if before else "")
    for gate in gates:
        other = known.get(gate.id)
        moved = f" (was {_bound(other)})" if other and _bound(other) != _bound(gate) else ""
        row = (
            f"| {code(gate.id)} | {_value(gate)} | {_interval(gate)} | {_bound(gate)}{moved} "
            f"| {gate.verdict}{_waiver_or_word(gate)} |"
        )
        yield row + (f" {_live_result(other)} |" if before else "")


def _waiver_or_word(gate: GateResult) -> str:
    if gate.accepted:
        return f", accepted by {code(gate.accepted.login)}: {code(gate.accepted.text)}"
    return f", waived until {gate.waived_until}" if gate.waived_until else ""


def _summary(gates: Sequence[GateResult]) -> str:
    """`9 gates: 7 pass, 1 accepted, 1 waived`; what is accepted or waived did not pass."""
    passed = sum(gate.verdict == "pass" for gate in gates)
    accepted = sum(gate.accepted is not None for gate in gates)
    counts = {"accepted": accepted, "waived": len(gates) - passed - accepted}
    return f"{len(gates)} gates: {passed} pass" + "".join(f", {n} {name}" for name, n in counts.items() if n)


def _live_result(gate: GateResult | None) -> str:
    if gate is None or gate.value is None:
        return ""
    return f"{_value(gate)} ({_interval(gate)})" if gate.low is not None else _value(gate)


def _bound(gate: GateResult) -> str:
    return f"{gate.bound.op} {gate.bound.value:.4g}" if gate.bound else ""


def _interval(gate: GateResult) -> str:
    return f"{gate.low:.4g} … {gate.high:.4g}" if gate.low is not None and gate.high is not None else ""


def _changes(world: World, registered: Record, before: Record | None) -> Iterator[str]:
    if before is None or before.from_what is None or registered.from_what is None:
        yield "It is the first version there."
        return
    yield f"Changed since {before.what.version}:"
    yield ""
    yield from differences(world.git, before.from_what, registered.from_what)


def _value(gate: GateResult | None) -> str:
    return "" if gate is None or gate.value is None else f"{gate.value:.4g}"
