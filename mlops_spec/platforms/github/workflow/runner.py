"""The machine that a job runs on, GitHub's or somebody's own, by `runs-on` and its matrix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.runners import is_githubs
from mlops_spec.platforms.github.workflow.expression import expressions
from mlops_spec.platforms.github.workflow.typed import items, mapping, names, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.platforms.github.workflow.jobs import Job

_OF_PLAN = "${{ fromJSON(matrix.runner) }}"
_PLANNED = regex(r"\$\{\{ fromJSON\((needs\.[\w-]+\.outputs|inputs)\.matrix\) \}\}")
_MATRIX = regex(r"matrix\.([\w-]+)")
# A text, or a choice between two; or a list in a text. Anything else may come to anything.
_CHOICE = regex(r"(?:[^|]*&&\s*'(?P<one>[^']*)'\s*\|\|\s*)?'(?P<other>[^']*)'")
_LIST = regex(r"fromJSON\(\s*'(?P<list>[^']*)'\s*\)", re.IGNORECASE)


class Own(NamedTuple):
    """Why the machine may be somebody's own: what says so, a piece of what `runs-on` writes, or empty."""

    why: str
    piece: str = ""


def own_machine(job: Job) -> Own | None:
    """Why a job may run on somebody's own machine; None: it runs on GitHub's."""
    written = job.data.get("runs-on")
    if written is None:
        return None
    labels = mapping(written).get("labels") if isinstance(written, dict) else written
    found = [label for each in names(labels) for label in _possible_labels(each, job)]
    unknown = next((label for label in found if isinstance(label, Own)), None)
    if unknown:
        return unknown
    for label in found:
        if not is_githubs(str(label)):
            return Own(f"`{label}` is no label of GitHub's own runners", str(label))
    if not found and (group := text(mapping(written).get("group"))):
        return Own(f"the group `{group}` may hold your own machines, and no label of GitHub's is asked for", group)
    return None


def is_planned(job: Job) -> bool:
    """Whether the matrix of a plan says where a job of it runs, as the specs of its models have it."""
    matrix = text(mapping(job.data.get("strategy")).get("matrix"))
    return text(job.data.get("runs-on")) == _OF_PLAN and bool(_PLANNED.fullmatch(matrix))


def _possible_labels(label: str, job: Job) -> Iterator[str | Own]:
    if "${{" not in label:
        yield label
        return
    for expression in expressions(label):
        if matrix := _MATRIX.fullmatch(expression):
            yield from _of_matrix(matrix[1], job, label)
        elif choice := _CHOICE.fullmatch(expression):
            yield from filter(None, choice.groups())
        elif listed := _LIST.fullmatch(expression):
            yield from re.findall(r"[^\s\"\[\],]+", listed["list"])
        else:
            yield Own(f"`{label}` is not known before the run", label)


def _of_matrix(name: str, job: Job, label: str) -> Iterator[str | Own]:
    matrix = mapping(mapping(job.data.get("strategy")).get("matrix"))
    values = [*names(matrix.get(name)), *(text(mapping(each).get(name)) for each in items(matrix.get("include")))]
    found = [value for value in values if value]
    if not found or any("${{" in value for value in found):
        yield Own(f"`{label}` is not known before the run", label)
    yield from (value for value in found if "${{" not in value)
