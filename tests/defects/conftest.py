"""The corpus: clean repositories, and the defects that are each one change away from them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
REPOSITORIES = HERE.parent / "render"
DEFECTS: list[dict[str, Any]] = [
    defect for file in sorted(HERE.glob("*.yaml")) for defect in yaml.safe_load(file.read_text(encoding="utf-8"))
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "defect" in metafunc.fixturenames:
        metafunc.parametrize("defect", DEFECTS, ids=lambda defect: f"{Path(defect['file']).stem}-{defect['id']}")
    if "variants_of" in metafunc.fixturenames:
        found = importlib.util.spec_from_file_location("variants_of", REPOSITORIES / "conftest.py")
        assert found and found.loader
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        metafunc.parametrize("variants_of", [module])


@pytest.fixture
def all_defects() -> list[dict[str, Any]]:
    return DEFECTS
