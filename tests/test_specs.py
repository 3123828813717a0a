"""Whole specs and everything that is said about them: adding a test is adding two files to `specs/err`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.lint.load import load_spec
from mlops_spec.lint.report import Run
from mlops_spec.lint.report.text import report
from mlops_spec.lint.specs import PAGES, lint_content
from mlops_spec.spec import base

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_a_section_that_is_left_out_is_what_an_empty_one_would_be() -> None:
    """Defaults are not validated, so that their schemas need not be built."""
    known = {*_below(base.Strict)}
    left_out = [field.default_factory for each in known for field in each.model_fields.values()]
    sections = [each.__self__ for each in left_out if getattr(each, "__name__", "") == "model_construct"]

    assert len(sections) > 20
    for section in sections:
        assert section.model_construct() == section.model_validate({})


def _below(section: type[base.Strict]) -> Iterator[type[base.Strict]]:
    for each in section.__subclasses__():
        yield each
        yield from _below(each)
