"""The ledger at a past time: what was live, who let it, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.engines.files import LOCK
from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.form import as_json
from mlops_spec.ledger.history import Stay, stays
from mlops_spec.ledger.listing import short
from mlops_spec.ledger.state import replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mlops_spec.ledger.record import GateResult, Record


@dataclass(frozen=True)
class LiveThen:
    """A version that was live in the span that was asked about, and all that led to it."""

    stay: Stay
    registered: Record
    revoked: Record | None = None


def live_between(records: Sequence[Record], start: datetime, end: datetime) -> list[LiveThen]:
    """What any environment served at some moment from `start` to before `end`, or at `start` if they are equal."""
    models = replay(records).models
    return [
        LiveThen(stay, models[stay.model].registered[stay.version], models[stay.model].revoked.get(stay.version))
        for stay in stays(records)
        if (stay.since < end or stay.since == start) and (stay.until is None or moment(stay.until.time) > start)
    ]


def at_text(found: Iterable[LiveThen]) -> str:
    """A paragraph to each version: who asked, who approved, what it was made from."""
    return "\n".join("\n".join(_paragraph(each)) + "\n" for each in found)


def at_json(found: Iterable[LiveThen]) -> list[dict[str, Any]]:
    """The same for machines; records are whole."""
    return [
        {
            "environment": each.stay.environment,
            "version": each.stay.version,
            "digest": each.stay.digest,
            "from": each.stay.outcome.time,
            "to": each.stay.until.time if each.stay.until else None,
            "intent": as_json(each.stay.intent),
            "outcome": as_json(each.stay.outcome),
            "registered": as_json(each.registered),
            "revoked": as_json(each.revoked),
        }
        for each in found
    ]


def _paragraph(each: LiveThen) -> Iterable[str]:
    stay, made = each.stay, each.registered
    intent = stay.intent
    until = f"to {_minute(stay.until.time)}" if stay.until else "until now"
    model = f"{intent.what.model} {stay.version} ({short(stay.digest)})"
    yield f"{stay.environment} served {model} from {_minute(stay.outcome.time)} {until}"
    text = f' "{intent.why.text}"' if intent.why and intent.why.text else ""
    pull = f", pull request #{intent.why.pull_request}" if intent.why and intent.why.pull_request else ""
    yield f"  asked by    {intent.who.actor.login}{pull}{text} (record {intent.seq})"
    yield f"  approved by {_approvers(intent)}"
    for number, gate in enumerate(made.why.gates if made.why else ()):
        yield f"  {'' if number else 'judged':<11} {_gate_with_bound(gate)}"
    yield f"  trained     {_source(made)}"
    yield f"  evidence    {', '.join(f'{each.kind} {short(each.digest)}' for each in made.evidence) or 'none recorded'}"
    if each.revoked is not None:
        yield f"  revoked     {_revocation(each.revoked)}"


def _approvers(intent: Record) -> str:
    given = intent.who.approvals
    if intent.event == "rollback.intent":
        return "nobody: a rollback takes effect at once"
    if not given:
        return "nobody: the environment asks for no approval"
    names = ", ".join(f"{approval.login} at {_minute(approval.at)}" for approval in given)
    evidence = next((approval.evidence for approval in given if approval.evidence), None)
    return names + (f" on the report {short(evidence)}" if evidence else "")


def _gate_with_bound(gate: GateResult) -> str:
    value = [f"{gate.value:.4g}"] if gate.value is not None else []
    interval = [f"({gate.low:.4g} to {gate.high:.4g})"] if gate.low is not None and gate.high is not None else []
    bound = [f"{gate.bound.op} {gate.bound.value:.4g}"] if gate.bound else []
    waived = f", waived until {gate.waived_until}" if gate.verdict != "pass" and gate.waived_until else ""
    accepted = f', accepted by {gate.accepted.login}: "{gate.accepted.text}"' if gate.accepted else ""
    return " ".join([gate.id, *value, *interval, *bound]) + f": {gate.verdict}{waived}{accepted}"


def _source(made: Record) -> str:
    source = made.from_what
    if source is None:
        return "unknown"
    rows = [
        f"{short(data.digest)}" + (f" ({data.rows:,} rows)" if data.rows is not None else "") for data in source.data
    ]
    data = f", data {', '.join(rows)}" if rows else ""
    lock = f", {LOCK} {short(source.dvc_lock)}" if source.dvc_lock else ""
    why = f' "{made.why.text}"' if made.why and made.why.text else ""
    return f"commit {source.commit[:7]}{why} by {made.who.actor.login}{data}{lock} (record {made.seq})"


def _revocation(record: Record) -> str:
    text = record.why.text if record.why else ""
    return f'{_minute(record.time)} by {record.who.actor.login} "{text}" (record {record.seq})'


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
