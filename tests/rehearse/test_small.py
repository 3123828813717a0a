"""The specs that scenarios start from have no finding: each of their pull requests is linted by its workflow."""

from __future__ import annotations

import shutil
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import model_folder
from mlops_spec.lint.specs import lint_content
from mlops_spec.rehearse import private, small
from mlops_spec.rehearse.scenarios import drift
from mlops_spec.rehearse.stage import PRODUCTION, STAGING

if TYPE_CHECKING:
    from collections.abc import Callable

STARTER = Path(__file__).parents[2] / "template/starter/blank"
TODAY = date(2026, 6, 1)
BUCKET: Any = SimpleNamespace(world=SimpleNamespace(author=SimpleNamespace(run=lambda *_: None)))


@pytest.mark.parametrize("change", [lambda _: None, drift.watched, partial(private.stored, BUCKET)])
def test_a_scenario_starts_from_a_spec_without_a_finding(change: Callable[[Path], None], tmp_path: Path) -> None:
    clone = shutil.copytree(STARTER, tmp_path / "visits")
    for file in clone.glob("data/my_model.csv"):
        file.rename(clone / "data/visits.csv")
    small.hurry(clone, {STAGING: "127.0.0.1:9001", PRODUCTION: "127.0.0.1:9002"})
    change(clone)

    assert lint_content("model.yaml", (clone / model_folder.SPEC).read_bytes(), TODAY) == []
