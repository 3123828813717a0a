"""What in a workflow's text keeps GitHub from starting it: its form, its expressions, unknown contexts and jobs.

The words are those of GitHub's own parser:
https://github.com/actions/runner/tree/main/src/Sdk/DTExpressions2/Expressions2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.document.parse import parse
from mlops_spec.platforms.github.workflow.form import unfit
from mlops_spec.platforms.github.workflow.references import available, contexts, inside, is_condition, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Span


def refused(text: str) -> Iterator[str]:
    """What is refused in the text of a workflow, each with its place."""
    yield from _unknown_jobs(yaml.compose(text, Loader=yaml.CSafeLoader))
    document = parse("", text, aliases=True)
    if isinstance(document, list):
        yield from (f"{_at(each.span)}: {each.message}" for each in document)
        return
    yield from _unknown_contexts(document)
    for each in unfit(document.data):
        yield f"{_at(document.place(each.address, key=each.at_key))}: {each.said}"
    for address, said in unreadable(document):
        yield f"{_at(document.place(address))}: {said}"


def _unknown_contexts(document: Document) -> Iterator[str]:
    for address, value in document.texts():
        for expression in inside(value, condition=is_condition(address)):
            for found in contexts(expression):
                if found.name.lower() not in available(address):
                    said = f"Unrecognized named-value: '{found.name}'. Located at position {found.position}"
                    yield f"{_at(document.place(address))}: {said} within expression: {expression}"


def _unknown_jobs(root: Any) -> Iterator[str]:
    jobs = {name: dict(_pairs(job)) for name, job in _pairs(dict(_pairs(root)).get("jobs"))}
    for name, job in jobs.items():
        needs = job.get("needs")
        for each in needs.value if isinstance(needs, yaml.SequenceNode) else [needs] if needs else []:
            if each.value not in jobs:
                yield f"{_place(each)}: Job '{name}' depends on unknown job '{each.value}'."


def _pairs(node: Any) -> list[tuple[str, Any]]:
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _at(span: Span) -> str:
    return f"(Line: {span.line}, Col: {span.column})"


def _place(node: yaml.Node) -> str:
    return f"(Line: {node.start_mark.line + 1}, Col: {node.start_mark.column + 1})"
