"""References in the expressions of a workflow: contexts, jobs, steps and their outputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.expression import expressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address
    from mlops_spec.platforms.github.workflow.jobs import Workflow

#: https://docs.github.com/actions/reference/workflows-and-actions/contexts
CONTEXTS = frozenset(
    ("env", "github", "inputs", "job", "jobs", "matrix", "needs", "runner", "secrets", "steps", "strategy", "vars")
)
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_NAMED = re.compile(r"(?<![\w.\]*-])(?P<context>[A-Za-z_][\w-]*)(?P<path>(?:\s*\.\s*(?:[A-Za-z_][\w-]*|\*))+)")


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


def inside(value: str, *, condition: bool) -> list[str]:
    """The expressions in a text; a condition is one without `${{ }}` as well."""
    return [value] if condition and "${{" not in value else expressions(value)
