"""Runs on bad days, with the real DVC: failing stages, changed inputs, kills, remotes that do not answer."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.kept_lock import locked_stages
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.run import Asked, Ran, run
from mlops_spec.spec import Spec

from .conftest import Project, initialize

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.engines.engine import Event

pytestmark = pytest.mark.e2e

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "model": "m",
        "task": "regression",
        "owners": ["@a"],
        "data": {"path": "rows.csv", "target": "y"},
        "train": {"run": "x"},
        "gates": [{"metric": "r2", "min": 0.1}],
    }
)
STAGES = """\
stages:
  split:
    cmd: cp rows.csv split.txt
    deps: [rows.csv]
    outs: [split.txt]
  train:
    cmd: sh train.sh
    deps: [split.txt, train.sh]
    outs: [model.txt]
"""


REMOTE = """\
[core]
    remote = s
['remote "s"']
    url = ../../storage
    verify = true
"""


def plain_pipeline(root: Path) -> Project:
    """A pipeline of two copies, its spec a mere file."""
    root.mkdir()
    project = Project(root)
    initialize(project)
    project.write("model.yaml", "spec: 1\n")
    project.write("rows.csv", "y\n1\n2\n")
    project.write("train.sh", "cp split.txt model.txt\n")
    project.write("dvc.yaml", STAGES)
    project.write(".gitignore", "/split.txt\n/model.txt\n")
    project.tool("git", "add", "-A")
    project.tool("git", "commit", "--quiet", "-m", "Begin")
    return project


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    return plain_pipeline(tmp_path / "repo")


def outcomes(done: Ran) -> dict[str, str]:
    return {stage.name: stage.outcome for stage in done.stages}


def again(project: Project, **asked: object) -> dict[str, str]:
    return outcomes(run(project.root, SPEC, lambda _: None, Asked(**asked)))  # type: ignore[arg-type]


def refused(project: Project, **asked: object) -> Failure:
    with pytest.raises(Failure) as caught:
        again(project, **asked)
    return caught.value


def test_what_is_unchanged_does_not_run(plain: Project) -> None:
    assert again(plain) == {"split": "ran", "train": "ran"}
    assert again(plain) == {"split": "unchanged", "train": "unchanged"}
    (plain.root / "model.txt").unlink()
    assert again(plain) == {"split": "unchanged", "train": "cached"}


def test_a_failing_stage_stops_the_run_and_keeps_what_was_done(plain: Project) -> None:
    plain.write("train.sh", "exit 78\n")

    failed = refused(plain)

    assert failed.message == "stage `train` failed"
    assert failed.exit_code == Exit.CONFIG
    plain.write("train.sh", "cp split.txt model.txt\n")
    assert again(plain) == {"split": "unchanged", "train": "ran"}


def test_inputs_that_change_meanwhile_spoil_the_run_and_leave_no_trace(plain: Project) -> None:
    assert again(plain)
    before = (plain.root / "dvc.lock").read_text()
    plain.write("train.sh", "cp split.txt model.txt; echo 'cp split.txt model.txt' > train.sh\n")

    failed = refused(plain)

    assert failed.exit_code == Exit.STALE
    assert failed.message.startswith("train.sh changed while the pipeline ran")
    assert (plain.root / "dvc.lock").read_text() == before
    assert again(plain) == {"split": "unchanged", "train": "unchanged"}
    # the script that is left is the one that DVC took the result for: it must run all the same
    plain.write("train.sh", "tr 1 3 < split.txt > model.txt; printf 'tr 1 4 < split.txt > model.txt' > train.sh\n")
    assert refused(plain).exit_code == Exit.STALE
    assert again(plain)["train"] == "ran"
    assert (plain.root / "model.txt").read_text() == "y\n4\n2\n"


@pytest.mark.quick("13")
@pytest.mark.parametrize("length", [0, 13, 47])
def test_a_lock_torn_by_a_kill_is_mended(plain: Project, length: int) -> None:
    """Where DVC itself then fails, or goes on without the stages that are lost."""
    assert again(plain)
    lock = plain.root / "dvc.lock"
    kept = plain.root / ".dvc/tmp/mlops-spec/dvc.lock"
    shutil.copyfile(lock, kept)  # as it is while a run lasts
    lock.write_bytes(lock.read_bytes()[:length])
    (plain.root / ".dvc/tmp/rwlock").write_text('{"write": {"/a')

    assert again(plain) == {"split": "unchanged", "train": "unchanged"}
    assert locked_stages(lock.read_bytes()) == {"split", "train"}


def test_a_lock_torn_in_a_run_that_fails_is_put_back_at_once(plain: Project) -> None:
    assert again(plain)
    before = (plain.root / "dvc.lock").read_text()
    plain.write("train.sh", "head -c 47 dvc.lock > cut; cat cut > dvc.lock; exit 1\n")

    assert refused(plain).message == "stage `train` failed"
    assert (plain.root / "dvc.lock").read_text() == before


CALL = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from mlops_spec.pipeline.run import Asked, run
from mlops_spec.spec import Spec
run(Path({root!r}), Spec.model_validate_json({spec!r}), lambda event: print(event, flush=True), Asked(wait=60))
"""


def start(project: Project) -> subprocess.Popen[str]:
    text = CALL.format(tests="", root=str(project.root), spec=SPEC.model_dump_json(by_alias=True, exclude_unset=True))
    return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_a_run_that_is_killed_in_the_middle_is_taken_up(plain: Project) -> None:
    plain.write("train.sh", "sleep 30; cp split.txt model.txt\n")
    with start(plain) as process:
        assert process.stdout
        while "train" not in process.stdout.readline():
            pass
        os.killpg(process.pid, signal.SIGKILL)
    plain.write("train.sh", "cp split.txt model.txt\n")

    assert again(plain) == {"split": "unchanged", "train": "ran"}


def test_while_one_runs_another_is_told_who_it_is(plain: Project) -> None:
    plain.write("train.sh", "sleep 20; cp split.txt model.txt\n")
    with start(plain) as process:
        assert process.stdout
        process.stdout.readline()
        failed = refused(plain, wait=0.1)
        os.killpg(process.pid, signal.SIGKILL)

    assert failed.exit_code == Exit.STALE
    assert f"process {process.pid}" in failed.message


def test_the_second_of_two_waits_and_finds_the_work_done(plain: Project) -> None:
    plain.write("train.sh", "sleep 1; cp split.txt model.txt\n")
    with start(plain) as process:
        assert process.stdout
        process.stdout.readline()
        found = again(plain, wait=60.0)
        assert process.wait(60) == 0

    assert found == {"split": "unchanged", "train": "unchanged"}


def test_a_full_disk_is_said(plain: Project) -> None:
    plain.write("train.sh", "echo 'cp: No space left on device' >&2; exit 1\n")
    told: list[object] = []

    with pytest.raises(Failure, match="stage `train` failed"):
        run(plain.root, SPEC, told.append, Asked())
    assert any("No space left on device" in str(event) for event in told)


def test_no_dvc_no_git_no_pipeline(plain: Project) -> None:
    (plain.root / "dvc.yaml").rename(plain.root / "other.yaml")
    assert "dvc.yaml is missing" in refused(plain).message
    shutil.rmtree(plain.root / ".git")
    assert "is not in a git repository" in refused(plain).message
    shutil.rmtree(plain.root / ".dvc")
    assert refused(plain).message.endswith("has no DVC")
    assert refused(plain).exit_code == Exit.CONFIG


def test_an_unknown_stage_is_wrong_usage(plain: Project) -> None:
    failed = refused(plain, only="trian")

    assert (failed.message, failed.exit_code) == ("there is no stage `trian`", Exit.USAGE)
    assert failed.remedy == "The stages are split, train."


def test_an_input_that_nothing_brings(plain: Project) -> None:
    (plain.root / "rows.csv").unlink()

    failed = refused(plain)

    assert failed.message == "rows.csv: no such file"
    assert failed.exit_code == Exit.CONFIG


@pytest.fixture(scope="module")
def tracked_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same pipeline, its data in a remote and nowhere else."""
    project = plain_pipeline(tmp_path_factory.mktemp("tracked") / "repo")
    project.write(".dvc/config", REMOTE)
    project.tool("git", "rm", "--quiet", "--cached", "rows.csv")
    project.tool("dvc", "add", "--quiet", "rows.csv")
    project.tool("dvc", "push", "--quiet")
    shutil.rmtree(project.root / ".dvc/cache")
    (project.root / "rows.csv").unlink()
    return project


@pytest.fixture
def tracked(tracked_once: Project, tmp_path: Path) -> Project:
    shutil.copytree(tracked_once.root.parent, tmp_path / "copy")
    return Project(tmp_path / "copy" / "repo")


@pytest.mark.xdist_group("tracked")
def test_data_comes_from_the_remote_and_results_go_there(tracked: Project) -> None:
    assert run(tracked.root, SPEC, lambda _: None, Asked(push=True)).pushed
    assert (tracked.root / "rows.csv").read_text() == "y\n1\n2\n"
    shutil.rmtree(tracked.root / ".dvc/cache")
    (tracked.root / "model.txt").unlink()

    tracked.tool("dvc", "pull", "--quiet", "train")
    assert (tracked.root / "model.txt").read_text() == "y\n1\n2\n"


@pytest.mark.xdist_group("tracked")
@pytest.mark.parametrize("spoil", ["tampered", "gone", "unreachable", "none"])
def test_a_remote_that_does_not_give_the_data(tracked: Project, spoil: str) -> None:
    remote = tracked.root.parent / "storage"
    match spoil:
        case "tampered":
            for file in [path for path in remote.rglob("*") if path.is_file()]:
                file.chmod(0o644)
                file.write_text("y\n9\n9\n")
        case "gone":
            shutil.rmtree(remote)
        case "unreachable":
            tracked.write(".dvc/config", REMOTE.replace("../../storage", "http://127.0.0.1:9/storage"))
        case "none":
            tracked.write(".dvc/config", "")

    failed = refused(tracked)

    codes = {"none": Exit.CONFIG, "tampered": Exit.FINDINGS}  # somebody changed it: asking again is no help
    assert failed.exit_code == codes.get(spoil, Exit.UNAVAILABLE)
    assert "rows.csv" in failed.message
    assert not (tracked.root / "rows.csv").exists()


@pytest.mark.xdist_group("tracked")
def test_data_that_git_does_not_know_is_refused(tracked: Project) -> None:
    tracked.write("rows.csv", "y\n7\n")

    assert "is not the file that rows.csv.dvc records" in refused(tracked).message


def test_a_push_that_the_remote_refuses(plain: Project) -> None:
    (plain.root.parent / "file").touch()
    plain.write(".dvc/config", f"[core]\n    remote = s\n['remote \"s\"']\n    url = {plain.root.parent}/file/x\n")

    failed = refused(plain, push=True)

    assert failed.exit_code == Exit.UNAVAILABLE
    assert failed.message.startswith("the DVC remote `s` does not take the results")


def test_a_committed_lock_is_not_believed_because_a_pull_request_could_write_one(plain: Project) -> None:
    assert again(plain)
    lock = plain.root / "dvc.lock"
    plain.write("dvc.lock", lock.read_text().replace("md5: ", "md5: 0"))
    plain.tool("git", "add", "--all")  # as people do
    plain.tool("git", "commit", "--quiet", "-m", "Oops")
    shutil.rmtree(plain.root / ".dvc/cache")  # a fresh clone has none
    told: list[Event] = []

    done = run(plain.root, SPEC, told.append, Asked())

    assert outcomes(done) == {"split": "ran", "train": "ran"}
    assert any("dvc.lock is committed and not believed" in str(each) for each in told)
    plain.tool("git", "add", "--all")
    plain.tool("git", "commit", "--quiet", "-m", "Release")
    plain.tool("git", "tag", "m@v1.0.0")
    assert set(again(plain).values()) == {"unchanged"}, "a release's own commit holds its lock"


def test_the_newest_release_is_by_number(plain: Project) -> None:
    assert again(plain)
    plain.tool("git", "add", "--force", "dvc.lock")
    plain.tool("git", "commit", "--quiet", "-m", "Release")
    for tag in ("m@v1.9.0", "m@v1.10.0", "m@vx", "other@v9.0.0"):
        plain.tool("git", "tag", tag)
    plain.tool("git", "rm", "--quiet", "dvc.lock")
    plain.tool("git", "commit", "--quiet", "-m", "Main")

    done = run(plain.root, SPEC, lambda _: None, Asked())

    assert done.started_from == "m@v1.10.0"
    assert set(outcomes(done).values()) == {"unchanged"}


def test_times_of_what_ran_are_kept(plain: Project) -> None:
    assert again(plain)
    times = json.loads((plain.root / ".dvc/tmp/mlops-spec/seconds.json").read_text())
    assert set(times) == {"split", "train"}
    started = time.monotonic()
    plain.write("train.sh", "cp split.txt model.txt # again\n")
    again(plain)

    after = json.loads((plain.root / ".dvc/tmp/mlops-spec/seconds.json").read_text())
    assert after["split"] == times["split"]
    assert 0 < after["train"] <= time.monotonic() - started + 0.01


def test_an_empty_folder_in_the_run_cache_is_no_trouble(plain: Project) -> None:
    """A kill leaves one, and DVC by itself then fails on every later run."""
    assert again(plain)
    for note in (plain.root / ".dvc/cache/runs").glob("*/*/*"):
        note.unlink()
    (plain.root / "dvc.lock").unlink()

    assert again(plain) == {"split": "ran", "train": "ran"}
