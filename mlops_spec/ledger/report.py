"""The report of a verification, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.ledger.listing import line

if TYPE_CHECKING:
    from mlops_spec.ledger.verify import Report


def proof_line(report: Report) -> str:
    """Which prefix is proven by what."""
    if report.size == 0:
        return "no records yet"
    last = report.size - 1
    if report.proof is None:
        return f"records 0 to {last} are chained only: no checkpoint outside of the ledger has seen them"
    proven = f"records 0 to {report.proven - 1} by {report.proof} ({_agreeing(report.checkpoints)})"
    return proven + (f"; {report.proven} to {last} are chained only" if report.proven <= last else "")


def _agreeing(copies: int) -> str:
    return "its only checkpoint" if copies == 1 else f"{copies} checkpoints agree"


def report_text(report: Report) -> str:
    """What verification found, for people."""
    lines = [f"! {finding}" for finding in report.findings]
    lines.append(f"{report.size} records, {'chain whole' if report.whole else f'{len(report.findings)} findings'}")
    lines.append(f"proven  {proof_line(report)}")
    if report.since:
        lines.append(f"since   record {report.since}: {len(report.new)} new, the others are unchanged")
        lines += [line(record) for record in report.new]
    lines += [f"open    {line(record).strip()}" for record in report.open]
    return "\n".join(lines) + "\n"


def report_json(report: Report) -> dict[str, Any]:
    """What verification found, for machines."""
    return {
        "ok": report.whole,
        "log": report.log,
        "records": report.size,
        "findings": report.findings,
        "proven": report.proven,
        "proof": report.proof,
        "checkpoints": report.checkpoints,
        "open": [record.seq for record in report.open],
        "since": report.since,
        "new": [record.seq for record in report.new],
        "checkpoint": str(report.end) if report.end and report.size else None,
    }
