"""Docstrings of the public functions say what a user must know: shapes, errors, direction, source, an example."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import mlops_validators
from mlops_validators import MEASURES
from mlops_validators.formulas import FORMULAS
from mlops_validators.quantiles import quantile_measure

FOLDER = Path(mlops_validators.__file__).parent
TREES = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.py"))}
FUNCTIONS = {
    (module, node.name): node
    for module, tree in TREES.items()
    for node in tree.body
    if isinstance(node, ast.FunctionDef)
}
PUBLIC = [key for key in FUNCTIONS if not key[1].startswith("_")]
IDS = [f"{module}.{name}" for module, name in PUBLIC]
ARRAY = re.compile(r"\b(ArrayLike|Floats|Integers|Booleans|Anything)\b")
SHAPE = re.compile(r"\((\w+( [+-] \w+)?,|\w+, \w+)[^()]*\)")
FOUND = re.compile(r"\b(float|Interval|Verdict|Drift|BrierParts|Duplicates|Slice|Search|Revealing)\b")
DIRECTION = re.compile(
    r"\b(best|better|worse|worst|higher|lower|0 is|direction|pass|passes|fails|inconclusive|wider?)\b"
)
OF_ANYTHING = {"arrays", "bootstrap"}  # their numbers have the unit and the direction of what they are given


def docs(module, name):
    return ast.get_docstring(FUNCTIONS[module, name]) or ""


def imported(module):
    """Names that a module takes from its siblings, with the place each comes from."""
    return {
        alias.asname or alias.name: ((node.module or "").removeprefix("mlops_validators."), alias.name)
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def called(key):
    module, _ = key
    names = {
        node.func.id for node in ast.walk(FUNCTIONS[key]) if isinstance(node, ast.Call) and hasattr(node.func, "id")
    }
    places = imported(module) | {name: (own, name) for own, name in FUNCTIONS if own == module}
    return {places[name] for name in names if name in places and places[name] in FUNCTIONS}


@cache
def refusing():
    """The functions that may raise ValueError: by themselves, or by what they call."""
    found = {key for key, node in FUNCTIONS.items() if any(isinstance(each, ast.Raise) for each in ast.walk(node))}
    while more := {key for key in FUNCTIONS if key not in found and called(key) & found}:
        found |= more
    return found


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=IDS)
def test_what_may_be_refused_is_said(module, name):
    assert (module, name) not in refusing() or "Raises:" in docs(module, name)


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=IDS)
def test_arrays_have_their_shape(module, name):
    given = FUNCTIONS[module, name].args
    arrays = [each for each in (*given.args, *given.kwonlyargs) if ARRAY.search(ast.unparse(each.annotation))]

    assert not arrays or SHAPE.search(docs(module, name)) or re.search(r"as `\w+`", docs(module, name))


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=IDS)
def test_every_argument_is_told(module, name):
    """Where there is a list of arguments it is whole and in their order."""
    listed = re.findall(r"^    (\w+): ", docs(module, name).partition("Args:\n")[2].partition("\n\n")[0], re.MULTILINE)
    given = FUNCTIONS[module, name].args
    names = [each.arg for each in (*given.args, *given.kwonlyargs, *([given.kwarg] if given.kwarg else []))]

    assert not listed or listed == names


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=IDS)
def test_what_is_found_has_a_direction_and_a_source(module, name):
    """The function's own, or the one that its module gives for all of them."""
    whole = docs(module, name) + (ast.get_docstring(TREES[module]) or "")
    finds = module not in OF_ANYTHING and FOUND.search(ast.unparse(FUNCTIONS[module, name].returns))

    assert not finds or (DIRECTION.search(whole) and "Source:" in whole)


def test_every_measure_has_its_formula():
    levels = (0.1, 0.5, 0.9)
    of_quantiles = [name for name in FORMULAS if name not in MEASURES]

    assert [name for name in FORMULAS if name in MEASURES] == list(MEASURES)
    assert all(quantile_measure(name, levels).formula == FORMULAS[name] for name in of_quantiles)


CLASSES = {
    f"{module}.{node.name}": node
    for module, tree in TREES.items()
    for node in tree.body
    if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_an_example_and_its_members_are_told(name):
    members = [node for node in CLASSES[name].body if isinstance(node, ast.FunctionDef)]

    assert ">>>" in (ast.get_docstring(CLASSES[name]) or "")
    assert not [node.name for node in members if not node.name.startswith("_") and not ast.get_docstring(node)]
