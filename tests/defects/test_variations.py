"""A kind of mistake is found in any words, and what looks alike and is right is let be."""

from __future__ import annotations

import re
import textwrap
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.lint.explain import find, linted
from mlops_spec.lint.specs import lint_text
from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.platforms.github.workflow.files import absent, files

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic

HERE = Path(__file__).parent
DAY = date(2026, 11, 23)
SPECS = {
    "full": HERE.parent / "render" / "full" / "model.yaml",
    **{name: HERE.parent / "specs" / "ok" / f"{name}.yaml" for name in ("minimal", "forecast", "ranking")},
}
HOLE = "@@"
WORKFLOW = ".github/workflows/own.yml"
LIMITS = "  runs-on: ubuntu-24.04\n  timeout-minutes: 9\n  permissions: {contents: read}\n"


def cases(name: str, key: str) -> list[Any]:
    """Each filling of the hole with its kind, as a parameter of a test."""
    kinds = yaml.safe_load((HERE / "variations" / f"{name}.yaml").read_text(encoding="utf-8"))
    return [
        pytest.param(kind, words, id=f"{kind['what']}-{number}")
        for kind in kinds
        for number, words in enumerate(kind[key], start=1)
    ]


def of_spec(kind: dict[str, Any], words: str) -> list[Diagnostic]:
    text = SPECS[kind.get("in", "full")].read_text(encoding="utf-8")
    for old, new in kind["changes"]:
        assert text.count(old) == 1, old
        text = text.replace(old, new.replace(HOLE, words, 1) if HOLE in new else new)
    return lint_text("model.yaml", text, DAY)


@pytest.mark.parametrize(("kind", "words"), cases("specs", "wrong"))
def test_a_kind_of_spec_is_found_in_other_words(kind: dict[str, Any], words: str) -> None:
    assert kind["code"] in {each.kind.code for each in of_spec(kind, words)}


@pytest.mark.parametrize(("kind", "words"), cases("specs", "right"))
def test_a_spec_that_looks_alike_is_let_be(kind: dict[str, Any], words: str) -> None:
    assert {each.kind.code for each in of_spec(kind, words)} <= {*kind.get("besides", ())}


def of_workflow(kind: dict[str, Any], words: str, root: Path) -> list[Diagnostic]:
    head = f"on: {kind.get('starts', '{push: {branches: [main]}}')}\npermissions: {{}}\n"
    jobs = re.sub(r"^(\w+):\n", rf"\1:\n{LIMITS}", kind["jobs"], flags=re.MULTILINE)
    own = f"{head}jobs:\n{textwrap.indent(jobs, '  ')}"
    for path, text in ({WORKFLOW: own} | kind.get("files", {})).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(filled(text, words), encoding="utf-8")
    found = files(root)
    told = lint_workflows("", found, None, meant=[WORKFLOW], absent=absent(root, found))[WORKFLOW]
    return [each for each in told if each.file == kind.get("where", WORKFLOW)]


def filled(text: str, words: str) -> str:
    """A text with the hole filled, of which all lines stand as far in as the hole."""
    column = re.search(rf"^ *(?:- )?(?={HOLE})", text, re.MULTILINE)
    return text.replace(HOLE, words.replace("\n", "\n" + " " * len(column[0] if column else "")))


@pytest.mark.parametrize(("kind", "words"), cases("workflows", "wrong"))
def test_a_kind_of_workflow_is_found_in_other_words(kind: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert kind["code"] in {each.kind.code for each in of_workflow(kind, words, tmp_path)}


@pytest.mark.parametrize(("kind", "words"), cases("workflows", "right"))
def test_a_workflow_that_looks_alike_is_let_be(kind: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert {each.kind.code for each in of_workflow(kind, words, tmp_path)} <= {*kind.get("besides", ())}


def of_repository(kind: dict[str, Any], words: str) -> set[str]:
    return {each.kind.code for each in linted(find(kind["code"]), filled(kind["snippet"], words))}


@pytest.mark.parametrize(("kind", "words"), cases("repository", "wrong"))
def test_a_kind_of_code_is_found_in_other_words(kind: dict[str, Any], words: str) -> None:
    assert of_repository(kind, words) == {kind["code"]}


@pytest.mark.parametrize(("kind", "words"), cases("repository", "right"))
def test_code_that_looks_alike_is_let_be(kind: dict[str, Any], words: str) -> None:
    assert of_repository(kind, words) == set()
