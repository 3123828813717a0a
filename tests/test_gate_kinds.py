"""A kind of gate is two files and two lines: nobody else goes over the kinds, and none leaves anything out."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.gates.kinds import declared
from mlops_spec.spec.gates import DECLARED, KINDS
from mlops_spec.spec.gates.gate import Gate

from .sources import PACKAGE, naming

if TYPE_CHECKING:
    from collections.abc import Iterator

HOMES = (PACKAGE / "spec" / "gates", PACKAGE / "gates" / "kinds")
CLASSES = {kind.__name__ for kind in DECLARED}
NAMES = set(KINDS)


def over_kinds(tree: ast.AST) -> Iterator[ast.AST]:
    """Each `match`, `isinstance`, chain of `elif` and membership that names two kinds or more."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Match):
            named = [part for case in node.cases for part in ast.walk(case.pattern)]
        elif isinstance(node, ast.If):
            named = [part for test in chain(node) for part in asked(test)]
        elif isinstance(node, ast.Call | ast.Compare):
            named = list(asked(node))
        else:
            continue
        names = {part.id for part in named if isinstance(part, ast.Name)} & CLASSES
        texts = {part.value for part in named if isinstance(part, ast.Constant)} & NAMES
        if len(names) > 1 or len(texts) > 1:
            yield node


def chain(node: ast.If) -> Iterator[ast.expr]:
    """The conditions of an `if` and of its `elif`s."""
    yield node.test
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        yield from chain(node.orelse[0])


def asked(node: ast.AST) -> Iterator[ast.AST]:
    """What is named where it is asked which kind something is."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "isinstance":
            yield from (name for argument in part.args[1:] for name in ast.walk(argument))
        elif isinstance(part, ast.Compare) and ".kind" in ast.unparse(part.left):
            yield from (name for right in part.comparators for name in ast.walk(right))


def test_nobody_else_goes_over_the_kinds() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if not any(home in file.parents for home in HOMES)]
    found = {
        f"{file.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"
        for file, tree in naming("|".join(CLASSES | NAMES), files)
        for node in over_kinds(tree)
    }

    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "isinstance(gate, MetricGate | SliceGate)",
        "isinstance(gate, (MetricGate, SliceGate))",
        "match gate:\n case MetricGate(): pass\n case SizeGate() as known: pass",
        "if isinstance(gate, MetricGate): pass\nelif isinstance(gate, SizeGate): pass",
        "demand.kind in ('metric', 'slice')",
        "match demand.kind:\n case 'metric' | 'slice': pass",
    ],
)
def test_going_over_kinds_is_found(source: str) -> None:
    assert list(over_kinds(ast.parse(source))) != []


def test_both_registries_hold_the_same_kinds_in_the_same_order() -> None:
    assert [*declared.KINDS] == [kind.kind for kind in DECLARED]


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: str(kind.kind))
def test_a_kind_leaves_out_nothing(kind: type[Gate]) -> None:
    assert not inspect.isabstract(kind)
    assert vars(kind).get("__final__")  # by it mypy says what is left out
    assert kind.kind in kind.model_fields or kind is DECLARED[0]
    assert isinstance(kind.of_rows, bool)
    assert "annotations" not in vars(sys.modules[kind.__module__])  # each would be compiled again in every process


def test_a_kind_that_forgets_its_weakenings_cannot_be_made() -> None:
    rest = {name: lambda *_: None for name in Gate.__abstractmethods__ - {"weakenings"}}
    forgetful = type("Forgetful", (Gate,), {**rest, "__module__": __name__})

    with pytest.raises(TypeError, match="weakenings"):
        forgetful()


def test_linting_loads_no_numpy() -> None:
    code = "import sys, mlops_spec.spec, mlops_spec.spec.gates, mlops_spec.plan.guards, mlops_spec.outputs.card\n"
    heavy = "print([name for name in ('numpy', 'scipy', 'pandas', 'sklearn', 'dvc') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code + heavy], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_kind_that_contributing_shows_is_a_kind(update: bool) -> None:
    page = PACKAGE.parent / ".github" / "CONTRIBUTING.md"
    before, heading, rest = page.read_text(encoding="utf-8").partition("## A gate kind\n")
    section, following, after = rest.partition("\n## ")
    files = iter([(home / "size.py").read_text(encoding="utf-8") for home in HOMES])
    right = re.sub(r"```python\n.*?```", lambda _: f"```python\n{next(files)}```", section, flags=re.DOTALL)
    if update:
        page.write_text(before + heading + right + following + after, encoding="utf-8")

    assert section.count("```python\n") == len(HOMES)
    assert update or section == right, "stale: run pytest tests/test_gate_kinds.py --update"
