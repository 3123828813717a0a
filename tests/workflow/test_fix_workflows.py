"""What `--fix` changes in workflows: the characters concerned, so that the seeded defect is gone and all else stays."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.lint.run import lint
from mlops_spec.lint.workflows import fix_workflows, lint_workflows
from mlops_spec.platforms.github.pins import pinned
from mlops_spec.platforms.github.workflow.files import files

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic

TESTS = Path(__file__).parent.parent
FULL = TESTS / "render" / "full" / "expected"
PATH = ".github/workflows/release.yml"
HEAD = """\
on: {push: {branches: [main]}} # as it should be
permissions: {}
concurrency: {group: release, cancel-in-progress: false, queue: max}
defaults: {run: {shell: bash}}

jobs:
  train: # the model
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions: {contents: read}
    steps:
"""


def defects() -> list[Any]:
    """The seeded defects in workflows, of which each is one change of a clean repository."""
    return [each for each in runpy.run_path(str(TESTS / "defects/corpus.py"))["defects"]() if each.file != "model.yaml"]


def found_in(given: dict[str, bytes], spec: bytes | None = None) -> list[Diagnostic]:
    return [each for part in lint_workflows("", given, spec).values() for each in part]


def fixed(text: str) -> str:
    return fix_workflows("", {PATH: text.encode()}, None)[0][PATH].decode()


@pytest.mark.quick("every twentieth")
@pytest.mark.parametrize("step", [20, 1], ids=["every twentieth", "each"])
def test_a_seeded_defect_with_a_fix_is_gone_and_the_rest_of_the_file_as_it_was(step: int) -> None:
    """Most become what was rendered, to the letter; of the others, no finding that has a fix is left."""
    restored = Counter[bool]()
    for defect in defects()[::step]:
        given = files(defect.root) | {defect.file: defect.text.encode()}
        spec = defect.spec.read_bytes()
        before = [each for each in found_in(given, spec) if each.edits]
        if not before:
            continue

        right, counts = fix_workflows("", given, spec)

        assert sum(counts.values()) >= 1, defect.id
        assert [str(each) for each in found_in(right, spec) if each.edits] == [], defect.id
        assert fix_workflows("", right, spec) == (right, {}), defect.id
        assert {path for path in given if given[path] != right[path]} == {defect.file}, defect.id
        changed, clean = right[defect.file].decode(), defect.clean
        restored[changed == clean] += 1
        kept = {line.partition(" # ")[2] for line in defect.text.splitlines()}
        assert kept - {line.partition(" # ")[2] for line in changed.splitlines()} <= {""} | lost(defect.replace), (
            defect.id
        )

    assert restored[True] >= 25 // step
    assert restored.total() >= 30 // step


def lost(text: str) -> set[str]:
    """The comments that a defect itself brought."""
    return {line.partition(" # ")[2] for line in text.splitlines()}


CHECKOUT, RUN = "actions/checkout@v7", "- run: uv run --no-sync mlops-spec run"
STEPS = {
    "a comment stays": (
        "- run: uv run --no-sync mlops-spec gate --out build/gate.json  ||   true # flaky",
        "- run: uv run --no-sync mlops-spec gate --out build/gate.json # flaky",
    ),
    "a line of a script": (
        "- run: |\n    # why\n    uv run --no-sync mlops-spec gate || :\n    echo done",
        "- run: |\n    # why\n    uv run --no-sync mlops-spec gate\n    echo done",
    ),
    "the first key of a step": (
        "- continue-on-error: true\n  run: uv run --no-sync mlops-spec gate",
        "- run: uv run --no-sync mlops-spec gate",
    ),
    "a comment that would go with what it is not about": (
        "- continue-on-error: true\n  # the gate\n  run: uv run --no-sync mlops-spec gate",
        "- continue-on-error: true\n  # the gate\n  run: uv run --no-sync mlops-spec gate",
    ),
    "the last key of a step goes with its comment": (
        "- run: uv run --no-sync mlops-spec gate\n  continue-on-error: true # for now\n# next",
        "- run: uv run --no-sync mlops-spec gate\n# next",
    ),
    "the last of a flow mapping": (
        "- {run: uv run --no-sync mlops-spec gate, continue-on-error: true}",
        "- {run: uv run --no-sync mlops-spec gate}",
    ),
    "the first of a flow mapping": (
        "- {continue-on-error: true, run: uv run --no-sync mlops-spec gate}",
        "- {run: uv run --no-sync mlops-spec gate}",
    ),
    "two inputs of an action without any": (
        f"- uses: '{CHECKOUT}'\n{RUN} --push",
        f"- uses: COMMIT # VERSION\n  with: {{persist-credentials: false, fetch-depth: 0}}\n{RUN} --push",
    ),
    "an input behind others": (
        f"- uses: {CHECKOUT} # ours\n  with:\n    persist-credentials: true\n    # all\n{RUN} --push",
        f"- uses: COMMIT # ours\n  with:\n    persist-credentials: false\n    fetch-depth: 0\n    # all\n{RUN} --push",
    ),
    "no place for a comment": (
        f"- {{uses: {CHECKOUT}, with: {{fetch-depth: 0}}}}\n- run: uv run --no-sync mlops-spec run",
        f"- {{uses: {CHECKOUT}, with: {{fetch-depth: 0, persist-credentials: false}}}}\n{RUN}",
    ),
    "a piece that stands there twice": (
        "- run: uv sync\n- run: |\n    uv run mlops-spec run\n    echo uv run",
        "- run: uv sync --locked\n- run: |\n    uv run mlops-spec run\n    echo uv run",
    ),
    "another shell": (
        "- run: uv run --no-sync mlops-spec gate\n  shell: sh # small",
        "- run: uv run --no-sync mlops-spec gate\n  shell: bash # small",
    ),
}


@pytest.mark.parametrize(("wrong", "right"), STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("end", ["", "\n"], ids=["torn", "ended"])
def test_only_the_characters_concerned_change(wrong: str, right: str, line_end: str, end: str) -> None:
    ours = pinned("actions/checkout")
    assert ours
    right = right.replace("COMMIT", ours.ref).replace("VERSION", ours.version)
    text, expected = ((HEAD + indent(each, " " * 6) + end).replace("\n", line_end) for each in (wrong, right))

    changed = fixed(text)

    assert changed == expected
    assert fixed(changed) == changed


def test_what_is_missing_at_the_top_goes_in_front_of_the_jobs() -> None:
    text = (HEAD + "      - run: uv run --no-sync mlops-spec gate\n").replace("permissions: {}\n", "", 1)

    assert fixed(text) == text.replace("jobs:\n", "permissions: {}\njobs:\n")


def test_a_job_that_would_lose_its_permissions_is_left_to_a_person() -> None:
    text = (
        HEAD.replace("permissions: {}\n", "permissions:\n  contents: write\n") + "      - run: uv run mlops-spec lint\n"
    )
    without = text.replace("    permissions: {contents: read}\n", "")

    assert yaml.safe_load(fixed(text))["permissions"] == {}
    assert fixed(without) == without


def test_lint_fixes_the_workflows_that_it_looks_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    file = folder / "release.yml"
    file.write_text(HEAD + "      - run: uv run --no-sync mlops-spec gate || true\n", encoding="utf-8")

    assert lint([], workflows=[tmp_path], fixing=True, cached=False) == 0

    assert capsys.readouterr().err == f"fixed 1 in {file}\n"
    assert "|| true" not in file.read_text(encoding="utf-8")


def test_a_finding_that_does_not_count_is_not_fixed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.mlops-spec.lint]\nignore = ["MS507"]\n', encoding="utf-8")
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    file = folder / "release.yml"
    file.write_text(text := HEAD + "      - run: uv run --no-sync mlops-spec gate || true\n", encoding="utf-8")

    assert lint([], workflows=[tmp_path], fixing=True, cached=False, root=tmp_path) == 0
    assert file.read_text(encoding="utf-8") == text
