"""What people, summaries and machines are told; the exit code; what the base is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import EMPTY_TREE, Git
from mlops_spec.plan import Base, Cause, FileChange, Plan, StagePlan, Touched
from mlops_spec.plan.make import make_plan
from mlops_spec.plan.markdown import as_markdown
from mlops_spec.plan.text import as_text
from mlops_spec.spec.weakening import Weakening

if TYPE_CHECKING:
    from collections.abc import Callable

    Render = Callable[[Path], None]

EXPECTED = Path(__file__).parent / "expected"


def edit(root: Path, *replaced: tuple[str, str]) -> None:
    text = (root / model_folder.SPEC).read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    (root / model_folder.SPEC).write_text(text, encoding="utf-8")


def commit(root: Path, message: str = "Change") -> str:
    git = Git(root)
    git.run("add", "--all")
    git.run("commit", "--quiet", "--message", message)
    return git.commit_id()


def mlops_spec(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlops_spec", "plan", *map(str, args)], check=False, capture_output=True, text=True
    )


@pytest.fixture
def changed(root: Path, render: Render) -> Path:
    """A bit of everything."""
    edit(
        root,
        ("learning_rate: 0.00001", "learning_rate: 0.05"),
        ("min: 0.7", "min: 0.65"),
        ("  - {fairness: equalized_odds_difference, by: sex, max: 0.1}\n", "  - {size: {max: 5MB}}\n"),
        ("approvals: 1", "approvals: 0"),
        ("  production:", "  shadow: {after: staging}\n  production:"),
        ("rows: {min: 2}", "rows: {min: 1}"),
    )
    (root / "src/tiny/train.py").write_text("first = 1\nsecond = 3\nthird = 3\n", encoding="utf-8")
    render(root)
    return root


class TestGolden:
    """Whole outputs; `pytest --update` rewrites them."""

    @pytest.mark.parametrize("name", ["text", "markdown", "json"])
    def test_everything(self, changed: Path, tmp_path: Path, name: str, update: bool) -> None:
        out, summary = tmp_path / "build/plan.json", tmp_path / "summary.md"

        done = mlops_spec("-C", changed, "--out", out, "--summary", summary)

        assert (done.returncode, done.stderr) == (Exit.FINDINGS, "")
        told = {"text": done.stdout, "markdown": summary.read_text(), "json": out.read_text()}[name]
        told = told.replace(Git(changed).commit_id(), "<commit>")
        file = EXPECTED / f"everything.{name}"
        if update:
            file.write_text(told, encoding="utf-8")
        assert told == file.read_text(encoding="utf-8")

    def test_nothing(self, root: Path) -> None:
        done = mlops_spec("-C", root)

        assert (done.returncode, done.stderr) == (Exit.OK, "")
        assert done.stdout == (EXPECTED / "nothing.text").read_text(encoding="utf-8")


def test_exit_zero(changed: Path) -> None:
    done = mlops_spec("-C", changed, "--exit-zero", "--format", "json")

    assert done.returncode == Exit.OK
    assert json.loads(done.stdout)["changes"] is True


def test_a_summary_is_appended_to(changed: Path, tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("before\n")

    mlops_spec("-C", changed, "--summary", tmp_path / "summary.md")

    assert (tmp_path / "summary.md").read_text().startswith("before\n### Plan: 4 guards weakened\n")


def test_files_are_compared_with_the_base_and_with_the_disk(root: Path, render: Render) -> None:
    base = Git(root).commit_id()
    edit(
        root,
        ("approvals: 1", "approvals: 2"),
        ("  staging: {after: merge}", "  staging: {after: merge}\n  qa: {after: staging}"),
    )

    before = {change.path: change for change in make_plan(root).files}
    render(root)
    after = {change.path: change for change in make_plan(root, base).files}
    commit(root)
    same = {change.path: change for change in make_plan(root, base).files}

    assert before.keys() == after.keys() == same.keys()
    assert after == same
    assert {change.stale for change in before.values()} == {True}
    assert {change.stale for change in after.values()} == {False}
    assert after["deploy/qa.yaml"].change == "added"
    assert after["deploy/qa.yaml"].removed == 0
    workflow = (root / ".github/workflows/mlops-promote-qa.yml").read_text().count("\n")
    assert after[".github/workflows/mlops-promote-qa.yml"].added == workflow


def test_a_file_that_is_rendered_no_more_is_removed(root: Path) -> None:
    edit(
        root,
        ("  production: {after: staging, promote: {approvals: 1}}\n", ""),
        ("  - {champion: production, metric: roc_auc, margin: 0.01}\n", ""),
    )

    files = {change.path: (change.change, change.stale) for change in make_plan(root).files}

    assert files["deploy/production.yaml"] == ("removed", True)
    assert files[".github/workflows/mlops-promote-production.yml"] == ("removed", True)


class TestBase:
    """What the spec is compared with."""

    def test_where_the_branch_left_main(self, root: Path) -> None:
        start = Git(root).commit_id()
        edit(root, ("approvals: 1", "approvals: 3"))
        Git(root).run("checkout", "--quiet", "-b", "feature")
        commit(root)
        edit(root, ("approvals: 3", "approvals: 4"))
        commit(root)
        Git(root).run("checkout", "--quiet", "main")
        (root / "other").touch()
        commit(root)
        Git(root).run("checkout", "--quiet", "feature")

        plan = make_plan(root)

        assert plan.base.commit == start
        assert plan.environments == (Touched("production", "changed", ("promote.approvals",)),)

    def test_origin_goes_before_a_main_that_is_behind(self, root: Path) -> None:
        git = Git(root)
        git.run("checkout", "--quiet", "-b", "feature")
        (root / "other").touch()
        ahead = commit(root)
        git.run("update-ref", "refs/remotes/origin/main", ahead)

        assert make_plan(root).base.commit == ahead

    def test_the_default_branch_of_the_origin_goes_first(self, root: Path) -> None:
        git = Git(root)
        git.run("checkout", "--quiet", "-b", "feature")
        (root / "other").touch()
        ahead = commit(root)
        git.run("update-ref", "refs/remotes/origin/trunk", ahead)
        git.run("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")

        assert make_plan(root).base.commit == ahead

    def test_another_branch_is_a_guard_that_moved(self, root: Path) -> None:
        start = Git(root).commit_id()
        edit(root, ("\ndata:", "\nbranch: trunk\ndata:"))

        assert make_plan(root, start).weakened == (Weakening("branch", "main → trunk"),)

    def test_a_revision(self, root: Path) -> None:
        first = Git(root).commit_id()
        edit(root, ("approvals: 1", "approvals: 0"))
        second = commit(root)

        assert make_plan(root, first).weakened == (Weakening("environments.production.promote.approvals", "1 → 0"),)
        assert make_plan(root, second).weakened == ()
        assert make_plan(root, "HEAD~1").base.commit == first

    @pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD:model.yaml"])
    def test_a_revision_that_is_none(self, root: Path, revision: str) -> None:
        done = mlops_spec("-C", root, f"--base={revision}")

        assert done.returncode == Exit.CONFIG
        assert done.stderr.startswith("mlops-spec: no commit ")

    def test_a_base_whose_spec_is_invalid_is_said_and_stops_nothing(self, root: Path) -> None:
        text = (root / model_folder.SPEC).read_text()
        (root / model_folder.SPEC).write_text("spec: 0\n")
        bad = commit(root)
        (root / model_folder.SPEC).write_text(text)

        plan = make_plan(root, bad)

        assert plan.base.problem is not None
        assert plan.base.problem.startswith(f"model.yaml at {bad[:12]} is not valid")
        assert "! not compared: " in as_text(plan)
        assert plan.changes

    def test_a_base_without_a_spec(self, root: Path) -> None:
        text = (root / model_folder.SPEC).read_text()
        (root / model_folder.SPEC).unlink()
        empty = commit(root)
        (root / model_folder.SPEC).write_text(text)

        plan = make_plan(root, empty)

        assert plan.base.problem == f"{empty[:12]} has no model.yaml"
        assert {gate.change for gate in plan.gates} == {"added"}

    def test_a_repository_without_a_commit(self, root: Path) -> None:
        shutil.rmtree(root / ".git")
        Git(root).run("init", "--quiet")

        plan = make_plan(root)

        assert plan.base == Base(None, None, "there is no commit yet")

    def test_a_base_whose_history_is_cut_off(self, root: Path, tmp_path: Path) -> None:
        """A shallow clone of a pull request: the base itself is given."""
        base = Git(root).commit_id()
        (root / "other").touch()
        commit(root)
        clone = tmp_path / "clone"
        Git(tmp_path).run("clone", "--quiet", "--depth=1", f"file://{root}", str(clone))

        with pytest.raises(Failure, match="no commit"):
            make_plan(clone, base)

        assert make_plan(clone).base.release is None


class TestTrains:
    """Whether a run could tell something new."""

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("model: tiny", "model: tiny", False),  # nothing
            ("approvals: 1", "approvals: 2", False),  # stricter, and no run can tell
            ("approvals: 1", "approvals: 0", True),  # a weaker guard
            ("seed: 7", "seed: 8", True),  # a stage
            ("min: 0.7}", "min: 0.8}", True),  # a stricter gate
        ],
    )
    def test_by_what_changes(self, root: Path, old: str, new: str, expected: bool) -> None:
        edit(root, (old, new))

        assert make_plan(root).trains is expected

    def test_what_no_run_reads(self, root: Path) -> None:
        base = Git(root).commit_id()
        (root / "README.md").write_text("# Tiny\n")
        (root / "deploy/production.yaml").write_text((root / "deploy/production.yaml").read_text() + "# promoted\n")
        commit(root)

        assert make_plan(root, base).trains is False

    def test_a_waiver_that_is_taken_back(self, root: Path, render: Render) -> None:
        waiver = "{gate: roc_auc, reason: Labels under review, owner: '@acme/credit', expires: 2999-01-31}"
        waived = f"governance:\n  waivers:\n    - {waiver}\nenvironments:"
        edit(root, ("environments:", waived))
        render(root)
        base = commit(root)
        edit(root, (waived, "environments:"))

        plan = make_plan(root, base)

        assert not any(stage.runs for stage in plan.stages)
        assert plan.weakened == ()
        assert plan.trains is True

    def test_a_change_that_main_had_and_no_release_has(self, root: Path) -> None:
        edit(root, ("seed: 7", "seed: 8"))
        base = commit(root)

        assert make_plan(root, base).trains is True

    def test_where_it_cannot_be_told(self, root: Path) -> None:
        text = (root / model_folder.SPEC).read_text()
        (root / model_folder.SPEC).write_text("spec: 0\n")
        bad = commit(root)
        (root / model_folder.SPEC).write_text(text)

        assert make_plan(root, bad).trains is True

    def test_without_a_release(self, root: Path) -> None:
        Git(root).run("tag", "--delete", "tiny@v1.10.0", "tiny@v1.9.0")

        assert make_plan(root).trains is True

    @pytest.mark.parametrize(("seed", "expected"), [("7", "false"), ("8", "true")])
    def test_a_workflow_is_told(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: str, expected: str
    ) -> None:
        monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
        edit(root, ("seed: 7", f"seed: {seed}"))

        mlops_spec("-C", root, "--exit-zero")

        assert outputs(tmp_path / "output") == {"trains": expected, "compares": "true"}

    def test_a_workflow_is_told_that_the_base_has_no_spec(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its own code can't comment then: there is none that could be trusted."""
        before = Git(root).write_commit(EMPTY_TREE, message="Without a model", when=datetime.now(UTC))
        monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))

        mlops_spec("-C", root, "--exit-zero", "--base", before)

        assert outputs(tmp_path / "output")["compares"] == "false"


def outputs(file: Path) -> dict[str, str]:
    """What a step set, in GitHub's form of several lines."""
    lines = file.read_text().splitlines()
    return {name.partition("<<")[0]: value for name, value in zip(lines[::3], lines[1::3], strict=True)}


def test_outside_a_repository(root: Path) -> None:
    shutil.rmtree(root / ".git")

    done = mlops_spec("-C", root)

    assert done.returncode == Exit.CONFIG
    assert "is not in a git repository" in done.stderr


def test_an_invalid_spec(root: Path) -> None:
    (root / model_folder.SPEC).write_text("spec: 1\nmodle: x\n")

    done = mlops_spec("-C", root)

    assert done.returncode == Exit.USAGE
    assert "modle" in done.stderr


def test_a_damaged_pointer(root: Path) -> None:
    (root / "data/rows.csv").unlink()
    (root / "data/rows.csv.dvc").write_text("outs: {}\n")

    done = mlops_spec("-C", root)

    assert done.returncode == Exit.USAGE
    assert "rows.csv.dvc: not a .dvc file" in done.stderr


def test_the_light_core_is_enough(root: Path) -> None:
    script = (
        "import sys; from mlops_spec.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted({'dvc', 'numpy', 'pandas', 'sklearn'} & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "plan", "-C", str(root)], check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_the_repository_is_left_as_it_was(changed: Path) -> None:
    def state() -> dict[str, int]:
        """All but Git's cache of what it looked at."""
        index = changed / ".git/index"
        return {str(path): path.stat().st_mtime_ns for path in changed.rglob("*") if path.is_file() and path != index}

    before = state()
    make_plan(changed)

    assert state() == before


HOSTILE = "``` </details> | ${{ secrets.X }} \x1b[2J\u202e\n# heading"


def test_nothing_can_break_out_of_its_line() -> None:
    plan = Plan(
        model=HOSTILE,
        base=Base(None, HOSTILE, HOSTILE),
        files=(FileChange(HOSTILE, "added", 1, 0, False),),
        stages=(StagePlan(HOSTILE, (Cause("param", HOSTILE, HOSTILE, HOSTILE),)),),
        gates=(Touched(HOSTILE, "changed", (HOSTILE,)),),
        gate_count=1,
        champions=(HOSTILE,),
        environments=(Touched(HOSTILE, "changed", (HOSTILE,)),),
        weakened=(Weakening(HOSTILE, HOSTILE),),
        guardians=(HOSTILE,),
        seconds=None,
        past_runs=0,
    )

    text, markdown = as_text(plan), as_markdown(plan)

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not any(line.startswith("# heading") for line in markdown.splitlines())
    heading, _, fence, *inside, end, rest = markdown.split("\n")
    assert heading == "### Plan: 1 guard weakened"
    assert fence == end
    assert set(fence) == {"`"}
    assert rest == ""
    assert not any(fence in line for line in inside)


def test_an_environment_variable_does_not_change_the_plan(changed: Path) -> None:
    """Git's own variables, such as a hook sets them, name another repository."""
    told = mlops_spec("-C", changed).stdout
    os.environ["GIT_DIR"] = "/nowhere"
    try:
        assert mlops_spec("-C", changed).stdout == told
    finally:
        del os.environ["GIT_DIR"]
