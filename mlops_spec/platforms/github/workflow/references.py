"""References in the expressions of a workflow: contexts, jobs, steps and their outputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.expression import EXPRESSION, expressions
from mlops_spec.platforms.github.workflow.expression_syntax import trouble
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address
    from mlops_spec.platforms.github.workflow.jobs import Workflow

#: https://docs.github.com/actions/reference/workflows-and-actions/contexts
CONTEXTS = frozenset(
    ("env", "github", "inputs", "job", "jobs", "matrix", "needs", "runner", "secrets", "steps", "strategy", "vars")
)
_ANYWHERE = frozenset(("github", "inputs", "vars"))
_OF_JOB = _ANYWHERE | {"matrix", "needs", "strategy"}
# What each key of a job may read; a step may read all but `jobs`.
_OF_KEYS = {
    "if": _ANYWHERE | {"needs"},
    "strategy": _ANYWHERE | {"needs"},
    **dict.fromkeys(("name", "runs-on", "concurrency", "timeout-minutes", "continue-on-error", "with"), _OF_JOB),
    "env": _OF_JOB | {"secrets"},
    "secrets": _OF_JOB | {"secrets"},
    "defaults": _OF_JOB | {"env"},
    "environment": _OF_JOB,
}
_QUOTED = regex(r"'(?:[^']|'')*'")
_NAMED = regex(r"(?<![\w.\]*-])(?P<context>[A-Za-z_][\w-]*)(?P<path>(?:\s*\.\s*(?:[A-Za-z_][\w-]*|\*))+)")


class Named(NamedTuple):
    """A context that an expression names, and what of it, as in `needs`, (`train`, `outputs`, `digest`)."""

    address: Address
    context: str
    path: tuple[str, ...]

    @property
    def piece(self) -> str:
        return ".".join((self.context, *self.path))


class Context(NamedTuple):
    """A context in an expression, what of it is named, and where in the expression, from 1."""

    name: str
    path: tuple[str, ...]
    position: int


def contexts(expression: str) -> Iterator[Context]:
    """The contexts that an expression names by dots.

    >>> [found.name for found in contexts("github.sha != 'env.SHA' && needs.a.result")]
    ['github', 'needs']
    """
    bare = _QUOTED.sub(lambda quoted: "'" * len(quoted[0]), expression)
    for found in _NAMED.finditer(bare):
        path = re.sub(r"\s", "", found["path"]).split(".")[1:]
        yield Context(found["context"], tuple(path), found.start() + 1)


def named(workflow: Workflow) -> Iterator[Named]:
    """What each expression of a workflow names by dots, in the order of the file."""
    for address, value in workflow.document.texts():
        for expression in inside(value, condition=address[-1:] == ("if",)):
            for found in contexts(expression):
                yield Named(address, found.name, found.path)


def available(address: Address) -> frozenset[str]:
    """The contexts that an expression at an address of a workflow may read.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability
    """
    match address:
        case ("concurrency" | "run-name", *_):
            return _ANYWHERE
        case ("env", *_):
            return _ANYWHERE | {"secrets"}
        case ("on", "workflow_call", "outputs", *_):
            return _ANYWHERE | {"jobs"}
        case ("jobs", _, "environment", "url") | ("jobs", _, "steps", _, "if"):
            return CONTEXTS - {"jobs", "secrets"}
        case ("jobs", _, str(key), *_):
            return _OF_KEYS.get(key, CONTEXTS - {"jobs"})
    return CONTEXTS


def unreadable(document: Document) -> Iterator[tuple[Address, str]]:
    """Where an expression stands that GitHub can't read, and what it says."""
    for address, value in document.texts():
        if not _is_read(address):
            continue
        condition, in_step = is_condition(address), address[2:3] == ("steps",)
        if "${{" in EXPRESSION.sub("", value):
            yield address, "The expression is not closed. A ${{ was found, but no }} that closes it"
            continue
        for expression in inside(value, condition=condition):
            said = trouble(expression, condition=condition, in_step=in_step)
            if said:
                yield address, said
                break


def is_condition(address: Address) -> bool:
    """Whether the `if` of a job or a step stands there."""
    return address[:1] == ("jobs",) and address[-1] == "if" and len(address) in (3, 5)


def _is_read(address: Address) -> bool:
    """Whether GitHub looks for expressions there: not in what only says something about the file."""
    return address[:3] == ("on", "workflow_call", "outputs") or address[:1] not in (("on",), ("name",), ())


def inside(value: str, *, condition: bool) -> list[str]:
    """The expressions in a text; a condition is one without `${{ }}` as well."""
    return [value] if condition and "${{" not in value else expressions(value)
