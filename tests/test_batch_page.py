"""The page about scoring by night shows a spec that is right, and names what there is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from mlops_spec.lint.specs import lint_text
from mlops_spec.targets.batch.manifest import LIVE, NAME

PAGE = (Path(__file__).parent.parent / "mlops_spec/batch.md").read_text(encoding="utf-8")


def test_its_spec_has_no_finding() -> None:
    (spec,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)

    assert list(map(str, lint_text("model.yaml", spec, date(2026, 11, 30)))) == []


def test_it_names_the_files_that_are_written() -> None:
    assert {NAME, LIVE} <= set(re.findall(r"`(_[a-z]+\.json)`", PAGE))
