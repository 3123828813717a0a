"""The page "From one model to many" says what is so: its settings are valid, its codes are those of its rules."""

from __future__ import annotations

import re
from pathlib import Path

from mlops_spec.rules.pages import PAGES
from mlops_spec.spec.shared import Shared
from mlops_spec.validate.project import read_shared

PAGE = (Path(__file__).parent.parent / "docs/from-one-model-to-many.md").read_text(encoding="utf-8")


def test_its_settings_are_valid() -> None:
    (settings,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)

    shared = read_shared("pyproject.toml", settings.encode())

    assert isinstance(shared, Shared)
    assert shared.environments["production"].promote.approvals == 2


def test_its_codes_are_those_of_rules_about_several_models() -> None:
    names = {page.CODE: page.NAME for page in PAGES}
    table = re.findall(r"^\| (MS\d+) \|", PAGE, re.MULTILINE)

    assert [names[code] for code in table] == [
        "twin-model",
        "nested-model",
        "submodule-model",
        "departing-model",
        "unlike-environment",
    ]
