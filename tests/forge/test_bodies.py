"""Texts that are longer than GitHub takes."""

from __future__ import annotations

import pytest

from mlops_spec.platforms.github.api.bodies import LARGEST, fitting


@pytest.mark.parametrize("body", ["", "short", "x" * LARGEST])
def test_what_fits_stays(body: str) -> None:
    assert fitting(body) == body


@pytest.mark.parametrize("line", ["x" * 80, "❌ " * 30, "y" * (LARGEST + 1), "| `a` | 1 |"])
def test_what_does_not_is_cut_at_a_line_and_says_so(line: str) -> None:
    body = "\n".join([line] * 7_000) + "\n<!-- mark -->\n"

    found = fitting(body, "See there.")

    assert len(found) <= LARGEST
    assert "more lines are left out" in found
    assert "See there." in found
    assert found.endswith("\n<!-- mark -->\n")
    assert fitting(found) == found


def test_code_that_is_cut_is_closed() -> None:
    found = fitting("text\n```\n" + "code\n" * 20_000 + "```\n")

    assert found.count("```") == 2
