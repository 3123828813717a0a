"""What workflows run of the repository is read too: a mistake there is found there, and what is right is let be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.platforms.github.workflow import makefile
from mlops_spec.platforms.github.workflow.files import absent, files

if TYPE_CHECKING:
    from collections.abc import Mapping

CASES = yaml.safe_load((Path(__file__).parent / "called_files.yaml").read_text(encoding="utf-8"))
HEAD = "on: {push: {branches: [main]}}\npermissions: {}\n"
JOB = "    runs-on: ubuntu-24.04\n    timeout-minutes: 9\n    permissions: {contents: read}\n"


def told(root: Path, given: Mapping[str, str], steps: str) -> set[tuple[str, str, int]]:
    for path, text in given.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    workflow = root / ".github" / "workflows" / "own.yml"
    workflow.parent.mkdir(parents=True, exist_ok=True)
    indented = "".join(f"      {line}\n" for line in steps.splitlines())
    workflow.write_text(f"{HEAD}jobs:\n  model:\n{JOB}    steps:\n{indented}", encoding="utf-8")
    found = files(root)
    path = ".github/workflows/own.yml"
    diagnostics = lint_workflows("", found, None, meant=[path], absent=absent(root, found))[path]
    return {(each.kind.code, each.file.removeprefix(".github/workflows/"), each.span.line) for each in diagnostics}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_a_mistake_in_what_is_run_is_found_there(case: dict[str, Any], tmp_path: Path) -> None:
    found = told(tmp_path, case["files"], case["steps"])

    expected = {tuple(each) for each in case["found"]}
    codes = {code for code, _, _ in expected} | set(case.get("silent", ()))
    assert {each for each in found if each[0] in codes} == expected


def test_a_finding_in_a_script_may_be_answered_on_its_line(tmp_path: Path) -> None:
    step = "- run: make gate"
    recipe = "gate:\n\t-python -m credit.gate build\n"
    answer = recipe.replace("build\n", "build # mlops-spec: ignore[MS507] it is asked again behind\n")

    assert ("MS507", "Makefile", 2) in told(tmp_path, {"Makefile": recipe}, step)
    assert told(tmp_path, {"Makefile": answer}, step) == set()


def test_a_makefile_is_read_as_make_reads_it() -> None:
    text = "A ?= one\nB = $(A) two\nall: first second\nfirst:\n\t@echo $(B) \\\n\t  $$HOME\nsecond: first\n\t-false\n"

    assert [tuple(each) for each in makefile.read(text).recipe(["second"])] == [
        ("echo one two  \t  $HOME", 5, False),
        ("false", 8, True),
    ]
    assert len(list(makefile.read(text).recipe([]))) == 2


def test_files_that_call_each_other_end(tmp_path: Path) -> None:
    loop = {"a.sh": "bash b.sh\n", "b.sh": "bash a.sh\nmake all\n", "Makefile": "all: all\n\tbash a.sh\n"}

    assert told(tmp_path, loop, "- run: bash a.sh") == set()
