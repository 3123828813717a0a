"""The corpus and the variants, as parameters of the tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).parent


def loaded(name: str, file: Path) -> ModuleType:
    """A module of the tests, which are no package."""
    found = importlib.util.spec_from_file_location(name, file)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


DEFECTS = loaded("defects_corpus", HERE / "corpus.py").defects()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "defect" in metafunc.fixturenames:
        metafunc.parametrize("defect", DEFECTS, ids=lambda defect: f"{Path(defect.file).stem}-{defect.id}")


@pytest.fixture
def all_defects() -> list[Any]:
    return list(DEFECTS)


@pytest.fixture
def variants_of() -> ModuleType:
    """What makes the variants that the tests of rendering have."""
    return loaded("variants_of_specs", HERE.parent / "render" / "conftest.py")
