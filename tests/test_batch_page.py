"""The pages about scoring by night show specs that are right, and name what there is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from mlops_spec.lint.specs import lint_text
from mlops_spec.targets.batch.manifest import LIVE, NAME

ROOT = Path(__file__).parent.parent
PAGES = [(ROOT / path).read_text(encoding="utf-8") for path in ("mlops_spec/batch.md", "docs/batch-scoring.md")]


@pytest.mark.parametrize("page", PAGES, ids=["reference", "tutorial"])
def test_its_spec_has_no_finding(page: str) -> None:
    (spec,) = re.findall(r"```yaml\n(.+?)```", page, re.DOTALL)

    assert list(map(str, lint_text("model.yaml", spec, date(2026, 11, 30)))) == []


@pytest.mark.parametrize("page", PAGES, ids=["reference", "tutorial"])
def test_it_names_the_files_that_are_written(page: str) -> None:
    assert {NAME, LIVE} <= set(re.findall(r"_[a-z]+\.json\b", page))
