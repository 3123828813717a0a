"""Mistakes of real teams in workflows that they wrote themselves, each one change away from one that is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.lint_workflows import lint_workflows

HERE = Path(__file__).parent / "handwritten"
MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))
SPEC = (Path(__file__).parent.parent / "render" / "full" / "model.yaml").read_bytes()


def codes(text: str) -> set[str]:
    path = ".github/workflows/own.yml"
    return {each.kind.code for each in lint_workflows("", {path: text.encode()}, SPEC, meant=[path])[path]}


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.yml")))
def test_nothing_is_found_in_what_is_right(name: str) -> None:
    assert codes((HERE / f"{name}.yml").read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["what"])
def test_a_mistake_is_found_as_what_it_is(mistake: dict[str, Any]) -> None:
    right = (HERE / f"{mistake['in']}.yml").read_text(encoding="utf-8")

    assert right.count(mistake["find"]) >= 1
    assert mistake["code"] in codes(right.replace(mistake["find"], mistake["replace"], 1))
