"""The page “Training on a cluster” says what is so."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from mlops_spec.lint.specs import lint_text

PAGE = (Path(__file__).parents[2] / "docs" / "training-on-a-cluster.md").read_text(encoding="utf-8")


def test_its_specs_have_nothing_to_find() -> None:
    specs = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    assert specs
    assert [str(each) for text in specs for each in lint_text("model.yaml", text, date(2027, 1, 1))] == []
