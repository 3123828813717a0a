"""The text of a promotion: what an approver must know, all of it taken from the ledger and from Git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.ledger.history import time_live
from mlops_spec.release.inert import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import FromWhat, GateResult, What
    from mlops_spec.release.world import World

COMMITS = 20  # how many changes are listed


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
        lived = time_live(world.records, what.after, what.version, world.now)
        wanted = world.environment(what.environment or "").promote.soak
        asked = f", {wanted} are asked for before it is deployed" if wanted else ""
        yield f"- live in {what.after} for {int(lived.total_seconds()) // 60} min when this was written{asked}"


def _gates(registered: Record, before: Record | None) -> Iterator[str]:
    known = {gate.id: gate for gate in (before.why.gates if before and before.why else ())}
    version = before.what.version if before else None
    yield f"| gate | value | interval | bound | verdict |{f' {version} |' if version else ''}"
    yield "|---|---|---|---|---|" + ("---|" if version else "")
    for gate in registered.why.gates if registered.why else ():
        bound = f"{gate.bound.op} {gate.bound.value:.4g}" if gate.bound else ""
        interval = f"{gate.low:.4g} … {gate.high:.4g}" if gate.low is not None and gate.high is not None else ""
        waived = f", waived until {gate.waived_until}" if gate.waived_until else ""
        row = f"| {code(gate.id)} | {_value(gate)} | {interval} | {bound} | {gate.verdict}{waived} |"
        yield row + (f" {_value(known.get(gate.id))} |" if version else "")


def _changes(world: World, registered: Record, before: Record | None) -> Iterator[str]:
    new = registered.from_what
    if before is None or before.from_what is None or new is None:
        yield "It is the first version there."
        return
    yield from _parts(before.from_what, new)
    span = f"{before.from_what.commit}..{new.commit}"
    subjects = world.git.text(
        "log", "--first-parent", f"--max-count={COMMITS + 1}", "--format=%h %s", span
    ).splitlines()
    yield f"Changes since {before.what.version}:"
    yield ""
    yield from (f"- {code(subject)}" for subject in subjects[:COMMITS])
    if len(subjects) > COMMITS:
        yield "- and older ones"


def _parts(old: FromWhat, new: FromWhat) -> Iterator[str]:
    rows = [f"{data.rows:,} rows" for data in new.data if data.rows is not None]
    pairs = (
        ("data", old.data, new.data, f" ({', '.join(rows)})" if rows else ""),
        ("parameters", old.params, new.params, ""),
        ("dependencies", old.env_lock, new.env_lock, ""),
        ("spec", old.spec, new.spec, ""),
    )
    differing = [name + told for name, one, other, told in pairs if one != other]
    yield f"Other than before: {', '.join(differing) or 'code alone'}."
    yield ""


def _value(gate: GateResult | None) -> str:
    return "" if gate is None or gate.value is None else f"{gate.value:.4g}"
