"""An alert about a live model's requests: on record once per cooldown, in one issue, with what would be right."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mlops_spec import ledger
from mlops_spec.ledger.fields import moment, plain
from mlops_spec.ledger.record import Draft, Evidence, Package, What, Why
from mlops_spec.monitor.alert import body
from mlops_spec.platforms.github.api import issues
from mlops_spec.spec.base import seconds
from mlops_spec.words.markdown import block, code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import Live, Record
    from mlops_spec.ledger.record import Who
    from mlops_spec.monitor.check import Check
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.shapes import Issue
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Watched:
    """The environment whose log was read, what is live there, and the label of the issue about both."""

    spec: Spec
    environment: str
    live: Live
    label: str


def observe(git: Git, watched: Watched, checks: Sequence[Check], *, who: Who, now: datetime) -> Record | None:
    """Records `drift.observed` with the digest of its evidence; None: nothing was found, or it is in cooldown."""
    found = [check for check in checks if check.findings]
    monitor = watched.spec.monitor
    if not found or monitor is None:
        return None
    cooldown = timedelta(seconds=seconds(monitor.on_alert.cooldown))
    draft = _draft(watched, found, who)

    def decide(end: ledger.Head) -> Draft | None:
        records = ledger.read(git, at=end.commit) if end.commit else ()
        last = last_observed(records, watched)
        return None if last is not None and now - moment(last.time) < cooldown else draft

    return ledger.append_when(git, decide, now=now)


def last_observed(records: Sequence[Record], watched: Watched) -> Record | None:
    """The newest alert of this very version there; another version's does not silence it."""
    return next(
        (
            record
            for record in reversed(records)
            if record.event == "drift.observed"
            and (record.what.model, record.what.environment, record.what.version)
            == (watched.spec.model, watched.environment, watched.live.version)
        ),
        None,
    )


def tell_observed(
    github: GitHub, watched: Watched, checks: Sequence[Check], new: Record | None, instead: str = ""
) -> Issue | None:
    """Keeps the environment's one issue: opened for a new record, brought up to date, closed when all is well.

    `instead` says, in Markdown, why there is no pull request where the spec wants one.
    One that somebody closed stays closed until the cooldown is over.
    """
    told = body(tuple(checks)) + evidence_text(checks)
    title = f"{watched.spec.model} {watched.live.version} in {watched.environment}: what it is asked has changed"
    if not any(check.findings for check in checks):
        for issue in issues.labelled(github, watched.label):
            issues.update(github, issue.number, body=told, state="closed")
        return None
    if new is None and not issues.labelled(github, watched.label):
        return None
    why = f"\n{instead}\n" if instead else ""
    return issues.keep_one(github, label=watched.label, title=title, body=told + why + _proposal(watched))


def evidence_of(checks: Sequence[Check]) -> bytes:
    """The numbers behind the findings; their SHA-256 is in the record."""
    said: dict[str, Any] = {check.name: {"findings": check.findings, **check.evidence} for check in checks}
    return (json.dumps(said, sort_keys=True, indent=1) + "\n").encode()


def _draft(watched: Watched, found: Sequence[Check], who: Who) -> Draft:
    live = watched.live
    told = "; ".join(f"{check.name}: {finding}" for check in found for finding in check.findings)
    digest = "sha256:" + hashlib.sha256(evidence_of(found)).hexdigest()
    rows = next((check.evidence["rows"] for check in found if "rows" in check.evidence), None)
    return Draft(
        event="drift.observed",
        who=who,
        what=What(
            model=watched.spec.model,
            version=live.version,
            environment=watched.environment,
            package=Package(digest=live.digest),
        ),
        why=Why(kind="drift", text=plain(told)),
        evidence=(Evidence(kind="drift", digest=digest, samples=rows, verdict="alert"),),
    )


def evidence_text(checks: Sequence[Check]) -> str:
    """The numbers behind the findings, folded away, as Markdown."""
    found = [check for check in checks if check.findings]
    if not found:
        return ""
    numbers = block(evidence_of(found).decode()[:50_000], "json")
    return f"\n<details><summary>Evidence</summary>\n\n{numbers}\n</details>\n"


def _proposal(watched: Watched) -> str:
    path = watched.spec.data.path
    where = code(path) if isinstance(path, str) else "the imported data"
    return (
        f"\n**What would be right**: bring newer labelled rows into {where} by a pull request; it shows what they "
        f"change, and merging it trains, gates and stages a new version. If {watched.live.version} does harm now: "
        f"`mlops-spec rollback {watched.environment} --now --reason TEXT`.\n"
    )
