"""What stands behind a port is named by its folder and its registry alone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Literal, get_args

import pytest
from pydantic import ValidationError

from mlops_spec.spec.environments import Environment, Of
from mlops_spec.targets.registry import TARGETS

PACKAGE = Path(__file__).parent.parent / "mlops_spec"


def imports(file: Path) -> set[str]:
    """The modules that a file imports from, and the names that it takes from them, dotted."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return found


def importing(prefix: str) -> set[str]:
    """The modules outside of a folder that import anything from it."""
    inside = PACKAGE / prefix.removeprefix("mlops_spec.").replace(".", "/")
    files = {file for file in PACKAGE.rglob("*.py") if not file.is_relative_to(inside)}
    within = (prefix, f"{prefix}.")
    return {
        str(file.relative_to(PACKAGE))
        for file in files
        if any(name == within[0] or name.startswith(within[1]) for name in imports(file))
    }


# `serve` runs the server of the target `local`: it is this target's own command.
KNOW_THE_LOCAL_TARGET = {"targets/registry.py", "cli/serve.py"}


def test_outside_of_its_folder_nothing_imports_the_local_target() -> None:
    assert importing("mlops_spec.targets.local") == KNOW_THE_LOCAL_TARGET


def test_the_registry_has_the_targets_that_a_spec_may_name() -> None:
    assert get_args(Environment.model_fields["target"].annotation) == tuple(TARGETS)


def test_each_option_of_a_target_is_one_of_a_registered_target() -> None:
    tags = {tag.target for each in Environment.model_fields.values() for tag in each.metadata if isinstance(tag, Of)}

    assert tags <= set(TARGETS)


def test_an_option_of_another_target_is_refused() -> None:
    class Wider(Environment):
        target: Literal["local", "paper"] = "local"  # type: ignore[assignment]

    assert Wider(target="paper", after="merge").listen
    with pytest.raises(ValidationError, match="`listen` is an option of the target `local`, not of `paper`"):
        Wider(target="paper", after="merge", listen="127.0.0.1:8080")
