"""Inline ignores: on the line or above it, with a reason, and no longer than they are needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mlops_spec.lint.specs import lint_text

MINIMAL = (Path(__file__).parent / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
WRONG = MINIMAL.replace("    min: 0.75", "    min: 0.5")
WHY = "a first bound, raised with the first release"


def found(text: str) -> list[str]:
    return [f"{each.span.line}:{each.kind.code}" for each in lint_text("f", text, date(2026, 11, 23))]


LINE = WRONG.splitlines().index("    min: 0.5") + 1


def test_without_an_ignore_it_is_found() -> None:
    assert found(WRONG) == [f"{LINE}:MS206"]


@pytest.mark.parametrize(
    "text",
    [
        WRONG.replace("min: 0.5", f"min: 0.5 # mlops-spec: ignore[MS206] {WHY}"),
        WRONG.replace("    min: 0.5", f"    # mlops-spec: ignore[MS206] {WHY}\n    min: 0.5"),
        WRONG.replace("    min: 0.5", f"# mlops-spec: ignore[MS206] {WHY}\n\n    # and more\n    min: 0.5"),
        WRONG.replace("min: 0.5", f"min: 0.5 #mlops-spec:ignore[ MS206 ]   {WHY}"),
    ],
)
def test_an_ignore_reaches_its_own_line_or_the_next_that_says_something(text: str) -> None:
    assert found(text) == []


def test_an_ignore_reaches_no_further() -> None:
    text = WRONG.replace("gates:", f"gates: # mlops-spec: ignore[MS206] {WHY}")

    assert found(text) == [f"{LINE - 2}:MS901", f"{LINE}:MS206"]


def test_an_ignore_in_a_string_is_text() -> None:
    text = WRONG.replace("gates:", f'description: "# mlops-spec: ignore[MS206] {WHY}"\ngates:')

    assert found(text) == [f"{LINE + 1}:MS206"]


def test_what_holds_the_spec_together_can_not_be_ignored() -> None:
    text = MINIMAL.replace("model: credit-default", f"modl: credit-default # mlops-spec: ignore[MS001] {WHY}")

    assert found(text) == ["2:MS001"]


def test_an_unknown_code_is_told_with_the_nearest() -> None:
    (useless,) = lint_text(
        "f", MINIMAL.replace("spec: 1", f"spec: 1 # mlops-spec: ignore[MS2006] {WHY}"), date(2026, 1, 1)
    )

    assert useless.kind.code == "MS901"
    assert useless.message == "no rule is called `MS2006`"
    assert useless.hint == "did you mean `MS206`?"


@pytest.mark.parametrize("comment", ["ignore MS206", "ignore[]", "ignore[all]", "disable[MS206] x", "ignore[MS206"])
def test_what_is_nearly_an_ignore_is_told(comment: str) -> None:
    assert found(WRONG.replace("min: 0.5", f"min: 0.5 # mlops-spec: {comment}")) == [f"{LINE}:MS206", f"{LINE}:MS903"]
