"""Every example in a docstring gives what it says, and every public function of the library has one."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

import mlops_validators

MODULES = sorted(path.stem for path in Path(mlops_validators.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_right(name):
    module = importlib.import_module("mlops_validators" if name == "__init__" else f"mlops_validators.{name}")

    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", mlops_validators.__all__)
def test_what_is_exported_is_documented(name):
    assert getattr(mlops_validators, name).__doc__


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_has_an_example(name):
    tree = ast.parse((Path(mlops_validators.__file__).parent / f"{name}.py").read_text())
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]

    assert [node.name for node in public if ">>>" not in (ast.get_docstring(node) or "")] == []


def test_the_library_stands_alone():
    for path in Path(mlops_validators.__file__).parent.glob("*.py"):
        imported = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]

        assert not [node.module for node in imported if (node.module or "").startswith("mlops_spec")], path.name
