"""The command `comment`: the one comment of a pull request, from a plan and a report that its own run wrote.

It runs main's code on main's spec, with a token that may write. The two files come from a job that ran the pull
request's code, so they are read as if an attacker had written them.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.query import read
from mlops_spec.ledger.state import replay
from mlops_spec.plan import Plan
from mlops_spec.plan.markdown import as_markdown as plan_markdown
from mlops_spec.release.past import past
from mlops_spec.review.judged import judged_on
from mlops_spec.review.markdown import as_markdown
from mlops_spec.review.recompute import Trusted, review
from mlops_spec.review.report import MAX_BYTES, load_json, read_report
from mlops_spec.spec.measures import champions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.platforms.github.run import Run
    from mlops_spec.review.report import Received, Report
    from mlops_spec.spec import Spec

MARKER = "<!-- mlops-spec -->"


def comment(run: Run, git: Git, spec: Spec, *, plan: Received | None, report: Received | None) -> str:
    """The comment's text; `git` is main, `spec` its spec."""
    parts = []
    planned = _plan_section(plan) if plan else ""
    if report:
        found = read_report(report.path, report.digest)
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        judged = review(found, trusted(lambda: read(git), spec, today, found))
        parts.append(as_markdown(found, judged, *([planned] if planned else [])))
    elif planned:
        parts.append(planned)
    parts += [judged_on(spec), links(run)]
    return "\n\n".join(filter(None, parts))


def trusted(records: Callable[[], Sequence[Record]], spec: Spec, today: str, report: Report) -> Trusted:
    """What the reader knows of a report's model; the ledger is read where the report's gates ask for it."""
    if all(gate.bound and not gate.anchor for gate in report.gates):
        return Trusted(spec, today, set())
    known = records()
    never = set(champions(spec)) - replay(known).of(spec.model).live.keys()
    return Trusted(spec, today, never, past(known, spec.model))


def _plan_section(file: Received) -> str:
    return plan_markdown(plan_in(load_json(file.path, MAX_BYTES, file.digest), file.path)).rstrip("\n")


def plan_in(record: Mapping[str, Any], source: Path) -> Plan:
    """The plan that a record of a stranger holds; raises Failure (1) where it is none."""
    known = {field.name for field in fields(Plan)}
    try:
        stages = [{"name": stage["name"], "causes": stage["causes"]} for stage in record.get("stages", [])]
        kept = {key: value for key, value in record.items() if key in known} | {"stages": stages}
        return TypeAdapter(Plan).validate_python(kept)
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        remedy = "`mlops-spec plan` writes it."
        raise Failure(f"{source} is no plan", exit_code=Exit.FINDINGS, remedy=remedy) from error


def links(run: Run) -> str:
    """Where to learn more; empty where the run has no page."""
    return f"[Run]({run.link}) · [Ledger]({run.page('tree/audit-log')})" if run.link else ""
