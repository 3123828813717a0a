"""Names in a workflow for which GitHub does not start it: unknown contexts, and unknown jobs.

The words are those of GitHub's own parser:
https://github.com/actions/runner/tree/main/src/Sdk/DTExpressions2/Expressions2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.platforms.github.workflow.references import CONTEXTS, contexts, inside

if TYPE_CHECKING:
    from collections.abc import Iterator


def refused(text: str) -> Iterator[str]:
    """What is refused in the text of a workflow, each with its place."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    yield from _unknown_contexts(root, condition=False)
    yield from _unknown_jobs(root)


def _unknown_contexts(node: Any, *, condition: bool) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _unknown_contexts(value, condition=key.value == "if")
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _unknown_contexts(value, condition=False)
    else:
        known = CONTEXTS - ({"secrets"} if condition else set())
        for expression in inside(node.value, condition=condition):
            for found in contexts(expression):
                if found.name.lower() not in known:
                    said = f"Unrecognized named-value: '{found.name}'. Located at position {found.position}"
                    yield f"{_place(node)}: {said} within expression: {expression}"


def _unknown_jobs(root: Any) -> Iterator[str]:
    jobs = {name: dict(_pairs(job)) for name, job in _pairs(dict(_pairs(root)).get("jobs"))}
    for name, job in jobs.items():
        needs = job.get("needs")
        for each in needs.value if isinstance(needs, yaml.SequenceNode) else [needs] if needs else []:
            if each.value not in jobs:
                yield f"{_place(each)}: Job '{name}' depends on unknown job '{each.value}'."


def _pairs(node: Any) -> list[tuple[str, Any]]:
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _place(node: yaml.Node) -> str:
    return f"(Line: {node.start_mark.line + 1}, Col: {node.start_mark.column + 1})"
