"""The spec in the page on forecasts is one that lint finds nothing in."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from mlops_spec.lint.specs import lint_text

PAGE = Path(__file__).parent.parent / "docs" / "forecasts.md"


def test_its_spec_is_clean() -> None:
    (text,) = re.findall(r"```yaml\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert [str(each) for each in lint_text("model.yaml", text, date(2026, 11, 30))] == []
