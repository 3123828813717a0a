"""Telling people: one issue that tracks the monitor's findings, and a heartbeat that shows that it runs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.ledger.record import Draft, What, Why
from mlops_spec.platforms.github.api import issues
from mlops_spec.words.markdown import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import Who
    from mlops_spec.monitor.check import Check
    from mlops_spec.place import Place
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.shapes import Issue

LABEL = "mlops-monitor"
_LONGEST = 50  # of a label on GitHub


def label_of(place: Place, what: str = "") -> str:
    """The label of the one issue about a model, or about `what` of it; of one of many it has the model's name.

    >>> from pathlib import Path, PurePosixPath
    >>> label_of(Place(Path(), "churn"), "staging"), label_of(Place(Path(), "churn", PurePosixPath("a")), "staging")
    ('mlops-monitor-staging', 'mlops-monitor/churn/staging')
    """
    if place.alone:
        return f"{LABEL}-{what}" if what else LABEL
    label = "/".join(filter(None, (LABEL, place.model, what)))
    if len(label) <= _LONGEST:
        return label
    return f"{label[: _LONGEST - 9]}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"


def tell(github: GitHub, model: str, checks: tuple[Check, ...], *, label: str = LABEL) -> Issue | None:
    """Opens the one issue of the findings or brings it up to date; closes it when there are none any more."""
    if any(check.findings for check in checks):
        title = f"{model}: the monitor found something"
        return issues.keep_one(
            github, label=label, title=title, body=body(checks), also=(LABEL,) if "/" in label else ()
        )
    for issue in issues.labelled(github, label):
        issues.update(github, issue.number, body=body(checks), state="closed")
    return None


def body(checks: tuple[Check, ...]) -> str:
    """Markdown; what comes from elsewhere stands in code spans, where nothing is read into it."""
    lines = ["`mlops-spec monitor` looked at:", ""]
    for check in checks:
        lines.append(
            f"- {'**' + prose(check.name) + '**' if check.findings else prose(check.name)} {_code(check.told)}".rstrip()
        )
        lines += [f"  - {_code(finding)}" for finding in check.findings]
    wrong = any(check.findings for check in checks)
    lines += ["", "This issue is kept up to date by each run." if wrong else "Nothing is wrong any more."]
    return "\n".join(lines) + "\n"


def count_of(checks: Iterable[Check]) -> str:
    """How many findings there are, in words."""
    return f"{sum(len(check.findings) for check in checks)} findings"


def beat(git: Git, model: str, told: str, *, who: Who, now: datetime) -> Record | None:
    """Records that the monitor ran, and what it found; of several models, under the name of the first."""
    draft = Draft(
        event="monitor.heartbeat",
        who=who,
        what=What(model=model),
        why=Why(kind="manual", text=told),
    )
    return ledger.append_when(git, lambda _: draft, now=now)


def _code(text: str) -> str:
    return code(text[:500]) if text else ""
