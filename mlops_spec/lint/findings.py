"""Runs rules over what they ask for, and gives what each finds its place and its fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document import edit
from mlops_spec.document.diagnostic import Kind
from mlops_spec.rules.rule import asked_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Diagnostic, Edit
    from mlops_spec.document.finding import Change, Finding
    from mlops_spec.platforms.github.workflow.jobs import Reading
    from mlops_spec.repository.view import Surroundings
    from mlops_spec.rules.rule import Project, Rule


def run_rules(project: Project | Reading | Surroundings, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    """What the rules find, each thing once: one key may be wrong for several jobs."""
    yield from dict.fromkeys(_found(project, rules))


def _found(project: Project | Reading | Surroundings, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    for rule in rules:
        for finding in rule.check(*[getattr(project, name) for name in asked_for(rule)]):
            kind = Kind(rule.CODE, rule.NAME, rule.SEVERITY)
            yield placed(finding.document or project.document, kind, finding)


def placed(document: Document, kind: Kind, finding: Finding) -> Diagnostic:
    """What a rule of a kind found, at its place in the text."""
    piece = finding.span or document.piece(finding.address, finding.piece, finding.earlier)
    place = piece or document.place(finding.address, key=finding.at_key)
    edits = [_edit(document, change) for change in finding.fix]
    whole = tuple(each for each in edits if each)
    return document.diagnostic(kind, place, finding.message, finding.hint, whole if len(whole) == len(edits) else ())


def _edit(document: Document, change: Change) -> Edit | None:
    if change.text is None:
        return edit.without(document, change.address)
    if change.at_key:
        return document.replace_key(change.address, change.text)
    if change.piece:
        return edit.exchanged(document, change.address, change.piece, change.text)
    return edit.written(document, change.address, change.text, before=change.before)
