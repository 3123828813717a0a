"""The spec in the page on generation is one that lint finds nothing in, and its table names every measure."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from mlops_spec.lint.specs import lint_text
from mlops_spec.spec.tasks import TASKS

PAGE = (Path(__file__).parent.parent / "docs" / "generation.md").read_text(encoding="utf-8")


def test_its_spec_is_clean() -> None:
    (text,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)

    assert [str(each) for each in lint_text("model.yaml", text, date(2026, 11, 30))] == []


def test_every_measure_is_told() -> None:
    assert {*re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)} == {*TASKS["generation"].metrics}
