"""Fixes change the characters concerned and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.document.diagnostic import Edit
from mlops_spec.document.edit import splice
from mlops_spec.errors import Failure
from mlops_spec.lint.explain import whole
from mlops_spec.lint.fix import fixed
from mlops_spec.lint.specs import PAGES, fix_content, fix_files, lint_text
from mlops_spec.rules.page import parts

SPECS = Path(__file__).parent / "specs"
DAY = date(2026, 11, 23)
FIXABLE = [page for page in PAGES if "mlops-spec lint --fix" in parts(page).fix]
FULL = (SPECS / "ok" / "full.yaml").read_text(encoding="utf-8")


def fix(text: str) -> str:
    return fixed(text, lambda changed: lint_text("f", changed, DAY))[0]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    min: 0.76\n", "    max: 0.76 # the least\n"),
        ("sex, age_band, education]\n  resamples", "sex, age_band, education, sex]\n  resamples"),
        ("bins: [0, 25, 40, 120]", "bins: [0, 40, 25, 120]"),
        ("canary: [10, 50]", "canary: [50, 10]"),
        ("predictions: 400d", "predictions: 40d"),
        ("separation_of_duties: true", "separation_of_duties: no"),
        ("approvals: 1,", "approvals: 0,"),
        ("runner: ubuntu-24.04", "runner: ubuntu-latest"),
        ("values: [female, male]", "values: [female, on]"),
        ('salt: "2026"', "salt: 2026"),
        ("resamples: 1000", "resamples: 1_000"),
        ("resamples: 1000", "resamples: 1000.0"),
        ("min: 0.70", "min: '0.70'"),
        ("    max: 0.1\n", "    min: 0.1\n"),
        ("spec: 1\n", 'spec: "1"\n'),
    ],
)
def test_one_wrong_thing_is_the_only_thing_that_changes(right: str, wrong: str) -> None:
    assert right in FULL
    text = FULL.replace(right, wrong, 1)

    changed = fix(text)

    before, after = text.splitlines(), changed.splitlines()
    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    assert [each for each in lint_text("f", changed, DAY) if each.edits] == []


def test_line_ends_comments_and_quotes_stay() -> None:
    text = FULL.replace("    min: 0.76", "    'max' :   0.76   # why").replace("\n", "\r\n")

    assert fix(text) == FULL.replace("    min: 0.76", "    min :   0.76   # why").replace("\n", "\r\n")


def test_an_item_behind_a_comment_is_left_to_a_person() -> None:
    text = FULL.replace("slices: [sex, age_band, education]", "slices:\n    - sex  # first\n    - sex\n    - age_band")

    assert fix(text) == text


def test_an_item_on_a_line_of_its_own_goes_with_its_line() -> None:
    text = FULL.replace("slices: [sex, age_band, education]", "slices:\n    - sex\n    - sex\n    - age_band")

    assert fix(text) == text.replace("    - sex\n    - sex\n", "    - sex\n")


def test_a_useless_ignore_goes_with_its_line_or_its_comment() -> None:
    ignore = "# mlops-spec: ignore[MS203] it was wrong once"
    alone = FULL.replace("gates:\n", f"gates:\n  {ignore}\n")
    behind = FULL.replace("    min: 0.76\n", f"    min: 0.76  {ignore}\n")

    assert fix(alone) == FULL.replace("gates:\n", "gates:\n")
    assert fix(behind) == FULL


def test_of_several_codes_only_the_useless_go() -> None:
    text = FULL.replace("    min: 0.76\n", "    min: 0.5 # mlops-spec: ignore[MS203, MS206] a first bound for now\n")

    assert fix(text) == text.replace("MS203, MS206", "MS206")


@settings(max_examples=60)
@given(st.lists(st.sampled_from(FIXABLE), min_size=1, max_size=1), st.booleans(), st.booleans())
def test_fixing_twice_changes_nothing_more(pages: list, dos: bool, spaced: bool) -> None:  # type: ignore[type-arg]
    text = whole(parts(pages[0]).bad)
    text = text.replace("\n", "\r\n") if dos else text
    text = text.replace(": ", ":   ") if spaced else text

    once = fix(text)

    assert fix(once) == once
    assert once.count("\r\n") == once.count("\n") * dos


def test_fixes_that_overlap_wait_for_the_next_round() -> None:
    text, count = splice("abcdef", [(Edit(0, 2, "X"),), (Edit(1, 3, "Y"), Edit(5, 6, "Z")), (Edit(3, 4, ""),)])

    assert (text, count) == ("Xcef", 2)


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    real.write_text(FULL.replace("    min: 0.76\n", "    max: 0.76\n"), encoding="utf-8")
    real.chmod(0o640)
    link = tmp_path / "model.yaml"
    link.symlink_to(real)

    contents, counts = fix_files({str(link): link.read_bytes()}, DAY)

    assert counts == {str(link): 1}
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == FULL
    assert contents[str(link)] == real.read_bytes()
    assert real.stat().st_mode & 0o777 == 0o640


def test_what_can_not_be_written_is_said_and_stays(tmp_path: Path) -> None:
    missing = tmp_path / "gone" / "model.yaml"
    with pytest.raises(Failure, match="can't be written"):
        fix_files({str(missing): FULL.replace("    min: 0.76\n", "    max: 0.76\n").encode()}, DAY)


def test_what_is_no_text_is_not_touched() -> None:
    assert fix_content("f", b"\xff\xfe", DAY) == (b"\xff\xfe", 0)
