"""Whole specs and everything that is said about them: adding a test is adding two files to `specs/err`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mlops_spec.lint.load import load_spec
from mlops_spec.lint.report import Run
from mlops_spec.lint.report.text import report
from mlops_spec.lint.specs import PAGES, lint_content

SPECS = Path(__file__).parent / "specs"
DAY = date(2026, 11, 23)


def files(folder: str) -> list[Path]:
    return sorted((SPECS / folder).glob("*.yaml"))


@pytest.mark.parametrize("file", files("ok"), ids=lambda file: file.stem)
def test_a_good_spec_is_silent(file: Path) -> None:
    assert lint_content(file.name, file.read_bytes(), DAY) == []
    assert load_spec(file).spec == 1


@pytest.mark.parametrize("file", files("err"), ids=lambda file: file.stem)
def test_what_is_said_about_a_bad_spec(file: Path, update: bool) -> None:
    found = lint_content(file.name, file.read_bytes(), DAY)
    said = report(Run(found, [file.name], len(PAGES))).replace(f"{len(PAGES)} rules", "all rules")
    expected = file.with_suffix(".out")
    if update:
        expected.write_text(said, encoding="utf-8")

    assert found
    assert said == expected.read_text(encoding="utf-8")


def test_no_expectation_is_left_over() -> None:
    assert sorted(file.stem for file in (SPECS / "err").glob("*.out")) == sorted(file.stem for file in files("err"))
