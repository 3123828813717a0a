"""What becomes of a command on a cluster: jobs that end well, fail, are lost, late, stopped or tampered with."""

from __future__ import annotations

import errno
import io
import re
import shutil
import struct
import threading
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.compute.place import Command
from mlops_spec.compute.ray import following
from mlops_spec.compute.ray.job_server import JobServer
from mlops_spec.compute.ray.outcome import Outcome, outcome
from mlops_spec.engines.handing import Store
from mlops_spec.errors import Exit, Failure
from tests.compute.ray.checkout import checkout, cluster, git
from tests.compute.ray.fake import FakeJob, FakeRay, serving
from tests.faults.sweep import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TRAIN = """\
from pathlib import Path
print("fits the model")
rows = Path("build/rows.csv").read_text()
Path("build/model").mkdir(parents=True, exist_ok=True)
Path("build/model/model.txt").write_text(rows.upper())
Path("build/model/also").mkdir()
Path("build/model/also/model.txt").write_text(rows.upper())
"""
WELL: dict[str, Any] = {"outputs": {}, "failed": None, "lost": False}


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeRay]:
    (tmp_path / "cluster").mkdir()
    with serving(tmp_path / "cluster") as ray:
        yield ray


@pytest.fixture
def root(tmp_path: Path) -> Path:
    here = checkout(tmp_path / "here", {"src/train.py": TRAIN, "model.yaml": "spec: 1\n"})
    (here / "build").mkdir()
    (here / "build/rows.csv").write_text("a\nb\n")
    return here


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_SHORTEST", 0.05)
    monkeypatch.setattr(following, "_CLOSING", 0.3)


def command(root: Path, line: str = "python -m train") -> Command:
    return Command(line, root, "train.run", reads=("build/rows.csv",), writes=("build/model",))


def idle(root: Path) -> Command:
    return Command("python -m train", root, "train.run")


def ended(status: str, message: str = "", error: str | None = None) -> Callable[[FakeJob], None]:
    return lambda job: job.ends(status, message, error)


def came(said: dict[str, Any], status: str = "SUCCEEDED") -> Callable[[FakeJob], None]:
    def act(job: FakeJob) -> None:
        job.says(said)
        job.ends(status)

    return act


DIED = ended("FAILED", "Job supervisor actor died: the node died", "JOB_SUPERVISOR_ACTOR_DIED")


def test_inputs_go_there_and_outputs_come_back_by_their_hashes(
    fake: FakeRay, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "build/model").mkdir()
    (root / "build/model/old.txt").write_text("of the run before")
    (root / ".env").write_text("SECRET=1")
    (root / ".gitignore").write_text((root / ".gitignore").read_text() + ".env\n")

    cluster(fake, root, cpus=2, memory="2GB").run(command(root))

    files = {each.relative_to(root / "build/model").as_posix() for each in (root / "build/model").rglob("*.txt")}
    assert files == {"model.txt", "also/model.txt"}
    assert (root / "build/model/model.txt").read_text() == "A\nB\n"
    (job,) = fake.jobs.values()
    assert (job.request["entrypoint_num_cpus"], job.request["entrypoint_memory"]) == (2, 2 * 10**9)
    (package,) = fake.packages.values()
    assert sorted(zipfile.ZipFile(io.BytesIO(package)).namelist()) == [
        ".dvc/config",
        ".gitignore",
        ".mlops-spec-start.py",
        "model.yaml",
        "src/train.py",
    ]
    said = capfd.readouterr().out
    assert "fits the model\n" in said
    assert "mlops-spec-job" not in said
    assert "Running entrypoint" not in said
    assert not any((fake.folder / f"{next(iter(fake.packages))[:-4]}/.mlops-spec-jobs").iterdir())


def test_a_cluster_that_is_away_is_told_at_once(tmp_path: Path, fake: FakeRay, root: Path) -> None:
    fake.away = lambda _method, _path: -1
    started = time.monotonic()

    with pytest.raises(Failure, match=r"train\.run: the cluster at http://127.* does not answer") as caught:
        cluster(fake, root).run(command(root))

    assert caught.value.exit_code == Exit.UNAVAILABLE
    assert time.monotonic() - started < 5
    assert not fake.jobs


def test_what_can_not_run_is_told_before_anything_is_submitted(fake: FakeRay, root: Path) -> None:
    def refused(**wanted: Any) -> Failure:
        with pytest.raises(Failure) as caught:
            cluster(fake, root, **wanted).run(command(root))
        assert not fake.jobs
        return caught.value

    assert not JobServer(fake.address).grows()
    no_room = refused(gpus=1, resources={"second": 1})
    assert no_room.exit_code == Exit.CONFIG
    assert "no node of the cluster at" in no_room.message
    assert "has CPU 1, GPU 1, second 1; there is CPU 2, GPU 0, second 0" in no_room.message
    assert "memory 16 GB; there is CPU 2, memory 8 GB" in refused(memory="16GB").message
    fake.nodes = [{"CPU": 1.0, "GPU": 1.0}, {"CPU": 8.0}]
    assert "CPU 8, GPU 1" in refused(cpus=8, gpus=1).message  # one node has to have both
    fake.version = {**fake.version, "version": "1", "ray_version": "1.13.0"}
    assert "runs Ray 1.13.0, whose job server speaks version 1" in refused().message
    fake.version = {"detail": "Not a Ray cluster"}
    assert "is not the job server of a Ray cluster" in refused().message
    fake.token = "s3cret"
    assert "wants a token, and RAY_AUTH_TOKEN is not set (401)" in refused().message


def test_a_stage_that_uses_ray_needs_the_clusters_version(fake: FakeRay, root: Path) -> None:
    (root / "uv.lock").write_text('[[package]]\nname = "ray"\nversion = "2.55.0"\n')
    git(root, "add", "uv.lock")

    with pytest.raises(Failure, match=r"uv\.lock has Ray 2\.55\.0, and the cluster at .* runs 2\.60\.0"):
        cluster(fake, root).run(command(root))

    (root / "uv.lock").write_text('[[package]]\nname = "ray"\nversion = "2.60.0"\n')
    fake.acts = [came(WELL)]
    cluster(fake, root).run(idle(root))


def test_a_token_opens_the_job_server(fake: FakeRay) -> None:
    fake.token = "s3cret"

    assert JobServer(fake.address, "s3cret").version().ray == "2.60.0"
    assert "s3cret" not in repr(JobServer(fake.address, "s3cret"))
    with pytest.raises(Failure, match="takes no token of RAY_AUTH_TOKEN"):
        JobServer(fake.address, "other").version()


def test_a_cluster_that_grows_is_waited_for(fake: FakeRay, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake.grows = True

    def appears(job: FakeJob) -> None:
        threading.Timer(0.4, lambda: came(WELL)(job)).start()

    fake.acts = [appears]
    cluster(fake, root, gpus=1).run(idle(root))

    assert "no node has CPU 1, GPU 1 yet; the cluster may add one" in capsys.readouterr().out


def test_a_node_that_is_lost_may_come_back(fake: FakeRay, root: Path) -> None:
    def lost(job: FakeJob) -> None:
        fake.nodes = []
        job.ends("FAILED", "Job supervisor actor died", "JOB_SUPERVISOR_ACTOR_DIED")

    def waits(job: FakeJob) -> None:
        def back() -> None:
            fake.nodes = [{"CPU": 2.0}]
            came(WELL)(job)

        threading.Timer(0.4, back).start()

    fake.acts = [lost, waits]
    cluster(fake, root).run(idle(root))
    assert [job.status for job in fake.jobs.values()] == ["FAILED", "SUCCEEDED"]

    fake.acts = [lost, lambda _: None]
    with pytest.raises(Failure, match=r"no node of the cluster at .* has CPU 1; there is no node at all"):
        cluster(fake, root, patience=0.4).run(idle(root))
    assert fake.stopped == [[*fake.jobs][-1]]


def test_what_ray_no_longer_waits_for_is_submitted_again_and_no_retry(fake: FakeRay, root: Path) -> None:
    late = ended(
        "FAILED", "Job supervisor actor failed to start within 900.0 seconds", "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"
    )
    fake.acts = [late, late, late, came(WELL)]

    cluster(fake, root, retries=0).run(idle(root))

    assert len(fake.jobs) == 4


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(DIED, id="node"),
        pytest.param(ended("FAILED", "Job entrypoint command failed with exit code 137"), id="process"),
        pytest.param(ended("SUCCEEDED"), id="no outcome"),
        pytest.param(came(WELL | {"failed": ["`x` was stopped by signal 9", 1, ""], "lost": True}), id="memory"),
        pytest.param(came(WELL | {"failed": ["no space left on device", 74, ""], "lost": True}), id="disk"),
        pytest.param(ended("FAILED", "runtime_env setup failed", "RUNTIME_ENV_SETUP_FAILURE"), id="environment"),
    ],
)
def test_a_lost_job_begins_anew(
    fake: FakeRay, root: Path, lost: Callable[[FakeJob], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fake.acts = [lost, came(WELL)]

    cluster(fake, root, retries=1).run(idle(root))

    assert len(fake.jobs) == 2
    assert "it begins anew, 1 of 1 retries" in capsys.readouterr().out


def test_a_head_that_was_restarted_gets_files_and_job_again(fake: FakeRay, root: Path) -> None:
    def restarts(job: FakeJob) -> None:
        fake.jobs.clear()
        fake.packages.clear()
        until = time.monotonic() + 1
        fake.away = lambda _method, _path: 503 if time.monotonic() < until else 0

    fake.acts = [restarts, came(WELL)]
    cluster(fake, root).run(idle(root))

    assert len(fake.jobs) == len(fake.packages) == 1


def test_a_head_that_stays_away_is_a_clear_failure(fake: FakeRay, root: Path) -> None:
    def leaves(job: FakeJob) -> None:
        fake.away = lambda _method, _path: -1

    fake.acts = [leaves]
    with pytest.raises(Failure, match=r"has not answered for 1 s") as caught:
        cluster(fake, root, patience=1.0).run(idle(root))

    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_a_log_that_comes_late_is_waited_for(fake: FakeRay, root: Path) -> None:
    def late(job: FakeJob) -> None:
        job.ends("FAILED", "Job entrypoint command failed with exit code 1", "JOB_ENTRYPOINT_COMMAND_ERROR")
        failed = WELL | {"failed": ["train.run: it failed by itself", 1, ""]}
        threading.Timer(0.15, lambda: job.says(failed)).start()

    fake.acts = [late]
    with pytest.raises(Failure, match="it failed by itself"):
        cluster(fake, root).run(idle(root))

    assert len(fake.jobs) == 1


def test_after_all_retries_it_fails_and_says_why(fake: FakeRay, root: Path) -> None:
    fake.acts = [DIED, DIED]

    with pytest.raises(Failure, match=r"the cluster lost the job: Job supervisor actor died.*tried 2 times") as caught:
        cluster(fake, root, retries=1).run(idle(root))

    assert caught.value.exit_code == Exit.UNAVAILABLE
    assert len(fake.jobs) == 2


def test_a_command_that_fails_by_itself_is_not_tried_again(fake: FakeRay, root: Path) -> None:
    with pytest.raises(Failure, match=r"train\.run: `python -c 'raise SystemExit\(3\)'` exited with 3") as caught:
        cluster(fake, root).run(Command("python -c 'raise SystemExit(3)'", root, "train.run", writes=("build/model",)))

    assert caught.value.exit_code == Exit.FINDINGS
    assert len(fake.jobs) == 1


def test_a_job_that_somebody_stopped_is_not_tried_again(fake: FakeRay, root: Path) -> None:
    fake.acts = [ended("STOPPED")]

    with pytest.raises(Failure, match="somebody stopped the job mlops-"):
        cluster(fake, root).run(idle(root))

    assert len(fake.jobs) == 1


def test_when_the_time_is_up_the_job_is_stopped(fake: FakeRay, root: Path) -> None:
    with pytest.raises(Failure, match=r"no end within 3s, its compute\.ray\.timeout: the job was stopped"):
        cluster(fake, root, timeout="3s").run(Command("python -c 'import time; time.sleep(60)'", root, "train.run"))

    assert fake.stopped == list(fake.jobs)


def test_whoever_stops_waiting_stops_the_job(fake: FakeRay, root: Path) -> None:
    fake.acts = [lambda job: None]
    place = cluster(fake, root)
    threading.Timer(0.3, place.ended.set).start()

    with pytest.raises(KeyboardInterrupt):
        place.run(idle(root))

    assert fake.stopped == list(fake.jobs)


def test_a_lost_answer_submits_nothing_twice(fake: FakeRay, root: Path) -> None:
    fake.acts = [came(WELL)]
    hung: list[str] = []

    def away(method: str, path: str) -> int:
        if method == "POST" and not hung:
            hung.append(path)
            return -1
        return 0

    fake.away = away
    cluster(fake, root).run(idle(root))

    assert hung
    assert len(fake.jobs) == 1


def test_what_was_changed_on_its_way_is_refused(fake: FakeRay, root: Path, tmp_path: Path) -> None:
    (root / "build/model").mkdir()
    (root / "build/model/old.txt").write_text("of the run before")
    (tmp_path / "made").write_text("the model")
    outputs = Store.of(root).put(tmp_path, ["made"])
    (stored,) = [each for each in (tmp_path / "storage").rglob("*") if each.is_file()]
    stored.chmod(0o644)
    stored.write_text("a backdoor")
    fake.acts = [came(WELL | {"outputs": {"build/model": outputs["made"]}})]

    with pytest.raises(Failure, match="build/model is not what was stored") as caught:
        cluster(fake, root).run(Command("python -m train", root, "train.run", writes=("build/model",)))

    assert caught.value.exit_code == Exit.FINDINGS
    assert (root / "build/model/old.txt").exists()
    assert len(fake.jobs) == 1


@pytest.mark.parametrize("path", ["src/train.py", "../outside", "build/models"])
def test_no_job_gives_what_nobody_asked_for(fake: FakeRay, root: Path, path: str) -> None:
    fake.acts = [came(WELL | {"outputs": {path: "0" * 32}})]

    with pytest.raises(Failure, match="which nobody asked for"):
        cluster(fake, root).run(Command("python -m train", root, "train.run", writes=("build/model",)))


def test_a_node_that_does_not_reach_the_storage_says_so(fake: FakeRay, root: Path, tmp_path: Path) -> None:
    place = cluster(fake, root, retries=0)
    (tmp_path / "storage").rename(tmp_path / "elsewhere")

    with pytest.raises(Failure, match=r"the node does not reach the storage: it has no folder .*/storage") as caught:
        place.run(Command("python -m train", root, "train.run", writes=("build/model",)))

    assert caught.value.exit_code == Exit.CONFIG
    assert len(fake.jobs) == 1


@pytest.mark.slow
def test_the_disk_of_a_node_that_is_full_is_told_of(
    fake: FakeRay, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it fills up: as the job begins, as its environment is made, amid its inputs, or with its outputs."""
    library, counter = compiled(tmp_path), tmp_path / "counter"
    for name, value in {
        "LD_PRELOAD": library,
        "FAULT_COUNTER": counter,
        "FAULT_ROOT": fake.folder,
        "FAULT_KIND": "open",
        "FAULT_ERRNO": errno.ENOSPC,
        "FAULT_LASTING": 1,
    }.items():
        monkeypatch.setenv(name, str(value))
    begun = struct.pack("6I", 0, 0, 0, 0, 0, 0)
    counter.write_bytes(begun)
    monkeypatch.setenv("FAULT_AT", "0")
    cluster(fake, root, retries=0).run(command(root))
    calls = struct.unpack("6I", counter.read_bytes())[1]

    failed = []
    for at in range(3, calls, max(1, calls // 6)):  # the first two read the script that begins
        counter.write_bytes(begun)
        monkeypatch.setenv("FAULT_AT", str(at))
        shutil.rmtree(root / "build/model")
        try:
            cluster(fake, root, retries=0).run(command(root))
        except Failure as failure:
            failed.append(failure)
        else:  # nothing was to be written any more
            assert (root / "build/model/model.txt").read_text() == "A\nB\n"
        (root / "build/model").mkdir(exist_ok=True)

    assert len(failed) > 3
    for failure in failed:
        assert re.match(r"on a node of the cluster: .*No space left on device", failure.message)
        assert failure.exit_code == Exit.IO
        assert failure.remedy


def test_code_that_git_does_not_know_is_told_of(fake: FakeRay, root: Path) -> None:
    (root / "src/new.py").write_text("")

    with pytest.raises(Failure, match=r"src/new\.py is not in Git") as caught:
        cluster(fake, root).run(command(root))

    assert caught.value.exit_code == Exit.CONFIG
    assert not fake.jobs


def test_the_outcome_is_the_last_of_its_own_lines() -> None:
    line = Outcome({"build/model": "0" * 32}).line("n1")
    failed = Outcome(failure=Failure("no room", exit_code=Exit.IO, remedy="free some"), lost=True).line("n1")

    read = outcome(["mlops-spec-job n1 begin", failed, "text", line], "n1")
    assert read is not None
    assert (read.outputs, read.failure) == ({"build/model": "0" * 32}, None)
    other = outcome([line, failed], "n1")
    assert other is not None
    assert other.failure is not None
    assert (other.failure.message, other.failure.exit_code, other.lost) == ("no room", Exit.IO, True)
    assert outcome([line], "n2") is None
    assert outcome([line[: len(line) // 2]], "n1") is None
