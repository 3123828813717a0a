"""A real cluster of two nodes on this machine: what only the second can run, kills, restarts, and many at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.compute.place import Command
from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse.nodes import Nodes, nodes
from tests.compute.ray.checkout import checkout, cluster
from tests.compute.ray.fake import UV, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.compute.ray.place import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray"), pytest.mark.filterwarnings("ignore::ResourceWarning")]
SECOND = '{"second": 1}'
SLOW = """\
import os, time
from pathlib import Path
begun = Path(os.environ["BEGUN"])
first = not begun.exists()
begun.write_text(str(os.getpid()))
if first:
    time.sleep(600)
Path("build").mkdir(exist_ok=True)
Path("build/model").write_text(Path("build/rows.csv").read_text().upper())
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A head, and a node with the resource `second`; their `uv` stands for a locked environment."""
    tools = tmp_path_factory.mktemp("tools")
    (tools / "uv").write_text(UV.format(python=sys.executable))
    (tools / "uv").chmod(0o755)
    with nodes(tools) as found:
        found.start_head(1)
        found.join(1, SECOND)
        yield found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    here = checkout(tmp_path / "here", {"src/slow.py": SLOW, "model.yaml": "spec: 1\n"})
    (here / "build").mkdir()
    (here / "build/rows.csv").write_text("a\nb\n")
    return here


def on(two: Nodes, root: Path, **wanted: Any) -> Cluster:
    return cluster(two.server, root, patience=240.0, **wanted)


def slow(root: Path, begun: Path) -> Command:
    environment = {"BEGUN": str(begun)}
    return Command("python -m slow", root, "train.run", environment, ("build/rows.csv",), ("build/model",))


def until(holds: Callable[[], object], seconds: float = 180.0) -> None:
    late = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < late
        time.sleep(0.2)


def in_background(place: Cluster, command: Command) -> tuple[threading.Thread, list[BaseException]]:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            place.run(command)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failed


def test_a_stage_that_only_the_second_node_can_run(two: Nodes, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = "from pathlib import Path; import os; Path('out.txt').write_text(os.environ['RAY_ADDRESS']); print('second')"
    command = Command(f'python -c "{told}"', root, "train.run", writes=("out.txt",))

    on(two, root, resources={"second": 1}).run(command)
    assert (root / "out.txt").read_text().endswith(str(two.port))
    assert "\nsecond\n" in capsys.readouterr().out
    started = time.monotonic()
    with pytest.raises(Failure, match=r"no node of the cluster .* has CPU 1, third 1; there is") as caught:
        on(two, root, resources={"third": 1}).run(command)
    assert caught.value.exit_code == Exit.CONFIG
    assert time.monotonic() - started < 10


def test_a_worker_that_is_killed_while_it_trains(two: Nodes, root: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    thread, failed = in_background(on(two, root, resources={"second": 1}), slow(root, begun))
    until(lambda: begun.exists() and begun.read_text())

    os.kill(int(begun.read_text()), signal.SIGKILL)
    thread.join(300)

    assert failed == []
    assert (root / "build/model").read_text() == "A\nB\n"


def test_a_node_that_is_lost_while_it_trains(two: Nodes, root: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    thread, failed = in_background(on(two, root, resources={"second": 1}), slow(root, begun))
    until(lambda: begun.exists() and begun.read_text())

    two.kill(1)
    two.join(1, SECOND)
    thread.join(400)

    assert failed == []
    assert (root / "build/model").read_text() == "A\nB\n"


def test_whoever_is_told_to_end_stops_the_job(two: Nodes, root: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    ray = {"address": two.server.address, "cpus": 1}
    spec = {
        "spec": 1,
        "model": "m",
        "task": "regression",
        "owners": ["@a"],
        "data": {"path": "d.csv", "target": "y"},
        "train": {"run": "python -m slow"},
        "pipeline": {"wait": {"run": "python -m slow", "writes": ["build/waited"], "compute": {"ray": ray}}},
        "gates": [{"metric": "r2", "min": 0.1}],
    }
    source = SLOW.replace('os.environ["BEGUN"]', repr(str(begun)))
    (root / "src/slow.py").write_text(source)
    (root / "model.yaml").write_text(json.dumps(spec))
    stage = subprocess.Popen(
        [sys.executable, "-m", "mlops_spec", "stage", "wait"], cwd=root, stdout=subprocess.PIPE, text=True
    )
    until(lambda: begun.exists() and begun.read_text())
    stage.terminate()
    said, _ = stage.communicate(timeout=60)

    assert stage.returncode == 130
    name = said.split("job ")[1].split(" ")[0]
    job = two.server.job(name)
    assert job is not None
    assert job.status == "STOPPED"
    until(lambda: not Path(f"/proc/{begun.read_text()}").exists(), 20)


def test_an_output_that_is_changed_on_its_way_is_refused(two: Nodes, root: Path, tmp_path: Path) -> None:
    place = on(two, root)

    class Tampered(type(place.store)):  # type: ignore[misc]
        def take(self, folder: Path, hashes: Any) -> None:
            for stored in (tmp_path / "storage").rglob("*"):
                if stored.is_file():
                    stored.chmod(0o644)
                    stored.write_bytes(b"a backdoor")
            super().take(folder, hashes)

    store = Tampered(**vars(place.store))
    command = Command("cp build/rows.csv build/model", root, "train.run", {}, ("build/rows.csv",), ("build/model",))
    with pytest.raises(Failure, match="build/model is not what was stored"):
        replace(place, store=store).run(command)

    assert not (root / "build/model").exists()


def test_thirty_are_submitted_at_once(two: Nodes, root: Path) -> None:
    place = on(two, root, cpus=0.2, timeout="20m")

    with ThreadPoolExecutor(30) as pool:
        commands = [Command("python -c pass", root, f"train.run {number}") for number in range(30)]
        assert [*pool.map(place.run, commands)] == [None] * 30


def test_the_fake_answers_as_the_real_one(two: Nodes, tmp_path: Path) -> None:
    real = two.server
    with serving(tmp_path) as fake:
        ours = fake.answer("GET", "/api/version", b"", {})[1]
        assert set(real._json("GET", "/api/version")) == set(ours)
        nodes_of = fake.answer("GET", "/api/v0/nodes?detail=1", b"", {})[1]["data"]["result"]
        theirs = real._json("GET", "/api/v0/nodes?detail=1")["data"]["result"]
        assert set(nodes_of) <= set(theirs)
        assert set(nodes_of["result"][0]) <= set(theirs["result"][0])
        status = fake.answer("GET", "/api/cluster_status", b"", {})[1]["data"]
        assert set(status) <= set(real._json("GET", "/api/cluster_status")["data"])
        assert real._send("GET", "/api/jobs/none").status == fake.answer("GET", "/api/jobs/none", b"", {})[0] == 404
        wrong = {"entrypoint": "true", "submission_id": "wrong", "unheard_of": 1}
        assert real._send("POST", "/api/jobs/", json.dumps(wrong).encode()).status == 400
        assert fake.answer("POST", "/api/jobs/", json.dumps(wrong).encode(), {})[0] == 400


def test_a_head_that_is_restarted_while_it_trains(two: Nodes, root: Path, tmp_path: Path) -> None:
    """The last of this file: the cluster is another one afterwards."""
    begun = tmp_path / "begun"
    thread, failed = in_background(on(two, root), slow(root, begun))
    until(lambda: begun.exists() and begun.read_text())

    two.kill(0)
    two.stop()
    two.start_head(1)
    thread.join(400)

    assert failed == []
    assert (root / "build/model").read_text() == "A\nB\n"
