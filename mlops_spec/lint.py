"""From a file to what is wrong with it: read, parse, validate, run the rules, drop what is ignored, sort."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from mlops_spec.diagnostic import Diagnostic, Kind
from mlops_spec.document.parse import parse
from mlops_spec.document.source import read
from mlops_spec.errors import Failure
from mlops_spec.rule import Project, findings
from mlops_spec.rules import PAGES, RULES
from mlops_spec.suppress import suppress
from mlops_spec.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mlops_spec.diagnostic import Edit
    from mlops_spec.document import Document
    from mlops_spec.rule import Change, Finding, Rule
    from mlops_spec.spec import Spec

#: Rules of this family say whether the parts of a spec fit together; what breaks one can't be planned or run.
WHOLE = "MS0"
KNOWN = frozenset(page.CODE for page in PAGES)


def load_spec(path: Path) -> Spec:
    """The spec in a file, valid in shape and whole: what it refers to is there.

    Raises:
        Failure: the file can't be read or is no valid spec; the message has a line for each thing that is wrong.
    """
    text = read(path, str(path))
    checked = text if isinstance(text, Diagnostic) else check(str(path), text)
    if isinstance(checked, Project):
        found = list(run_rules(checked, [rule for rule in RULES if rule.CODE.startswith(WHOLE)]))
        if not found:
            return checked.spec
        checked = found
    wrong = [checked] if isinstance(checked, Diagnostic) else checked
    raise Failure("\n".join(map(str, sorted(wrong))), remedy=f"`mlops-spec lint {path}` shows each in its place")


def lint_file(path: Path, today: date) -> list[Diagnostic]:
    text = read(path, str(path))
    return [text] if isinstance(text, Diagnostic) else lint_text(str(path), text, today)


def lint_text(file: str, text: str, today: date) -> list[Diagnostic]:
    """Everything that is wrong with one spec, in the order of the text."""
    project = check(file, text, today)
    if isinstance(project, list):
        return sorted(project)
    return sorted(suppress(project.document, list(run_rules(project, RULES)), KNOWN))


def check(file: str, text: str, today: date | None = None) -> Project | list[Diagnostic]:
    """Text and shape: what rules can look at, or why they can't."""
    document = parse(file, text)
    if isinstance(document, list):
        return document
    spec = validate(document)
    return spec if isinstance(spec, list) else Project(spec, document, today or datetime.now(UTC).date())


def run_rules(project: Project, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    for rule in rules:
        kind = Kind(rule.CODE, rule.NAME, rule.SEVERITY)
        for finding in findings(rule, project):
            yield _diagnostic(finding.document or project.document, kind, finding)


def _diagnostic(document: Document, kind: Kind, finding: Finding) -> Diagnostic:
    place = document.place(finding.address, key=finding.at_key)
    edits = [_edit(document, change) for change in finding.fix]
    whole = tuple(edit for edit in edits if edit)
    return document.diagnostic(kind, place, finding.message, finding.hint, whole if len(whole) == len(edits) else ())


def _edit(document: Document, change: Change) -> Edit | None:
    if change.text is None:
        return document.remove_item(change.address)
    write = document.replace_key if change.at_key else document.replace_value
    return write(change.address, change.text)
