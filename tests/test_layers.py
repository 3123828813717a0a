"""Imports go one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mlops_spec"
VALIDATORS = ROOT / "validators" / "mlops_validators"

# From the ground up, one after another: a room imports from those before it alone.
ROOMS = (
    "errors",
    "layout",
    "system",
    "words",
    "git",
    "place",
    "document",
    "spec",
    "validate",
    "repository",
    "package",
    "render",
    "engines",
    "platforms",
    "rules",
    "lint",
    "outputs",
    "targets",
    "integrity",
    "ledger",
    "release",
    "deploy",
    "pipeline",
    "monitor",
    "gates",
    "plan",
    "review",
    "start",
    "upgrade",
    "rehearse",
    "cli",
    "__main__",
)
RANK = {name: rank for rank, name in enumerate(ROOMS)}


def own_imports(file: Path) -> set[str]:
    """The top names of `mlops_spec` that a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mlops_spec"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {name.name for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("mlops_spec.")}
    return found - {"__version__", "_version"}


def modules() -> list[Path]:
    return sorted({*PACKAGE.rglob("*.py")} - {PACKAGE / "_version.py"})  # what the build writes


def top_name(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_nothing_imports_from_a_later_room(file: Path) -> None:
    name = top_name(file)
    if name == "__init__":
        assert own_imports(file) == set()
        return

    assert name in RANK, f"{name} has no place: add it to ROOMS"
    later = {other for other in own_imports(file) if RANK[other] > RANK[name]}
    assert later == set()


def test_the_evidence_knows_nothing_of_the_spec() -> None:
    importing = [file.name for file in VALIDATORS.rglob("*.py") if own_imports(file)]

    assert importing == []


def test_validators_is_a_source_root_and_not_a_package() -> None:
    """PyPI has another package called `validators`; ours must not shadow it."""
    assert not (ROOT / "validators" / "__init__.py").exists()


def test_every_room_exists() -> None:
    existing = {top_name(file) for file in modules()}

    assert set(RANK) - existing == set()
