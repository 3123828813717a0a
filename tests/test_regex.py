"""Expressions of modules wait until they are asked, and are all sound."""

from __future__ import annotations

import ast
import gc
import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mlops_spec
from mlops_spec.regex import Uncompiled, regex

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(mlops_spec.__file__).parent


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from run_at_import(child)


def test_no_module_compiles_while_it_is_imported() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        if "re.compile(" in text:
            calls = [each for each in run_at_import(ast.parse(text)) if isinstance(each, ast.Call)]
            assert "re.compile" not in {ast.unparse(each.func) for each in calls}, path


def test_every_expression_of_a_module_is_sound() -> None:
    for module in pkgutil.walk_packages(mlops_spec.__path__, "mlops_spec."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.unfreeze()  # what a server under test froze is not among the objects else
    waiting = [each for each in gc.get_objects() if type(each) is Uncompiled]
    assert len(waiting) > 500
    for each in waiting:
        assert each.pattern == each._given[0]


def test_it_answers_as_what_it_stands_for() -> None:
    lazy, eager = regex(r"(\w)=(\d+)", re.IGNORECASE), re.compile(r"(\w)=(\d+)", re.IGNORECASE)
    for text in ("", "a=1", "A=1, b=22", "none"):
        for method in ("match", "fullmatch", "search"):
            ours, theirs = getattr(lazy, method)(text), getattr(eager, method)(text)
            assert (ours and ours.groups()) == (theirs and theirs.groups())
        assert lazy.findall(text) == eager.findall(text)
        assert lazy.sub(r"\2", text) == eager.sub(r"\2", text)
        assert [each.span() for each in lazy.finditer(text, 1)] == [each.span() for each in eager.finditer(text, 1)]
    assert (lazy.groups, lazy.flags) == (eager.groups, eager.flags)


def test_a_fault_is_raised_where_it_is_asked() -> None:
    faulty = regex("(")
    with pytest.raises(re.error, match="unterminated"):
        faulty.search("")
    with pytest.raises(AttributeError):
        regex("a").no_such_method  # noqa: B018
