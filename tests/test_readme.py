"""The README says what is true: its example is run, its numbers are counted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlops_spec.rules.pages import PAGES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, after: str = "") -> str:
    """The first fenced block of this language, past a phrase."""
    found = re.search(rf"```{language}\n(.*?)```", README[README.index(after) :], re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_prints_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(block("yaml"), encoding="utf-8")
    command, expected = block("console").split("\n", 1)

    assert command == "$ mlops-spec lint model.yaml"
    printed = subprocess.run(
        [sys.executable, "-m", "mlops_spec", "lint", "--no-cache", "model.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert printed.strip() == expected.strip()


def test_the_hooks_are_the_ones_we_ship() -> None:
    shipped = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    named = {hook["id"] for hook in yaml.safe_load(block("yaml", "Lint in pre-commit"))["repos"][0]["hooks"]}

    assert named == shipped


def test_the_rules_are_counted() -> None:
    assert f"{len(PAGES)} rules" in README.replace("\n", " ")


@pytest.mark.parametrize("target", ["demo", "test"])
def test_both_commands_exist(target: str) -> None:
    assert f"make {target} " in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
