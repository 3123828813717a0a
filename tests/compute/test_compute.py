"""Where the user's own commands run: what every place promises, and what stages make of it."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from mlops_spec.compute.here import Here
from mlops_spec.compute.place import Command, Stopped
from mlops_spec.compute.ray.place import Cluster
from mlops_spec.compute.registry import compute_of
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.train import run_own_stage, train
from mlops_spec.spec import Spec
from tests.compute.ray.checkout import checkout, cluster
from tests.compute.ray.fake import serving
from tests.memory_compute import MemoryCompute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mlops_spec.compute.place import Compute

PYTHON = sys.executable
MINE = "import os, sys; open('out.txt', 'w').write(f\"{os.environ['MLOPS_SPEC_SEED']} {sys.argv[1:]}\")"


def _mine(folder: Path, arguments: list[str], environment: Mapping[str, str]) -> int:
    (folder / "out.txt").write_text(f"{environment['MLOPS_SPEC_SEED']} {arguments}")
    return 0


@dataclass(frozen=True)
class Place:
    """A place, and the lines that run a program there which writes its seed and arguments, and one that fails."""

    compute: Compute
    root: Path
    mine: str
    failing: str


@pytest.fixture(params=["here", "memory", "ray"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    root = checkout(tmp_path / "here", {"src/mine.py": MINE})
    if request.param == "memory":
        yield Place(MemoryCompute({"mine": _mine, "failing": lambda *_: 3}), root, "mine", "failing")
    elif request.param == "here":
        yield Place(Here(), root, f"{PYTHON} -m mine", f"{PYTHON} -c 'raise SystemExit(3)'")
    else:
        (tmp_path / "cluster").mkdir()
        with serving(tmp_path / "cluster") as fake:
            yield Place(cluster(fake, root), root, "python -m mine", "python -c 'raise SystemExit(3)'")


@pytest.mark.quick("here", "memory")
def test_a_command_runs_in_its_folder_with_its_environment(place: Place) -> None:
    place.compute.run(_command(place, place.mine))

    assert (place.root / "out.txt").read_text() == "7 []"


@pytest.mark.quick("here", "memory")
def test_there_is_no_shell(place: Place) -> None:
    hostile = "; touch canary && touch canary $(touch canary) `touch canary` > canary"
    place.compute.run(_command(place, f"{place.mine} {hostile}"))

    assert not (place.root / "canary").exists()
    assert (place.root / "out.txt").read_text() == f"7 {hostile.split()}"


def _command(place: Place, line: str) -> Command:
    return Command(line, place.root, "train.run", {"MLOPS_SPEC_SEED": "7"}, writes=("out.txt", "canary"))


def test_a_command_that_fails_says_how(place: Place) -> None:
    for line, said, code in (
        ("no-such-program --x", "train.run: `no-such-program` is not a program here", Exit.CONFIG),
        (place.failing, "exited with 3", Exit.FINDINGS),
        ("python -c 'open", "can't be read: No closing quotation", Exit.USAGE),
    ):
        with pytest.raises(Failure) as caught:
            place.compute.run(Command(line, place.root, "train.run"))

        assert said in caught.value.message
        assert caught.value.exit_code == code


def test_a_signal_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="was stopped by signal 9"):
        Here().run(Command(f"{PYTHON} -c 'import os; os.kill(os.getpid(), 9)'", tmp_path, "train.run"))


def spec(run: str) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "regression",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "y"},
            "pipeline": {"features": {"run": run, "writes": ["build/features"]}},
            "train": {"run": run},
            "gates": [{"metric": "r2", "min": 0.1}],
        }
    )


def test_a_stage_must_write_what_it_promised(tmp_path: Path) -> None:
    compute = MemoryCompute({"idle": lambda *_: 0})

    with pytest.raises(Failure, match=r"pipeline\.features: it did not write build/features"):
        run_own_stage(tmp_path, spec("idle"), "features", compute)
    with pytest.raises(Failure, match="there is no stage `other`"):
        run_own_stage(tmp_path, spec("idle"), "other", compute)
    assert [each.named for each in compute.asked] == ["pipeline.features.run"]


def test_training_must_leave_a_model(tmp_path: Path) -> None:
    compute = MemoryCompute({"idle": lambda *_: 0})

    with pytest.raises(Failure, match="build/model is empty after training"):
        train(tmp_path, spec("idle"), compute)
    seed = {"MLOPS_SPEC_SEED": "0"}
    reads, writes = ("build/data/train.parquet",), ("build/model",)
    assert compute.asked == [Command("idle", tmp_path, "train.run", seed, reads, writes)]


def test_commands_run_where_their_stage_runs(tmp_path: Path) -> None:
    root, ended = checkout(tmp_path / "here", {}), threading.Event()
    declared = spec("idle").model_dump(exclude_unset=True, by_alias=True)
    on_ray = {"ray": {"address": "http://ray-head:8265", "cpus": 3}}
    declared["train"]["compute"] = on_ray

    assert isinstance(compute_of(root, spec("idle"), "train", ended), Here)
    training = compute_of(root, Spec.model_validate(declared), "reseed", ended)
    assert isinstance(training, Cluster)
    assert (training.server.address, training.ray.cpus) == ("http://ray-head:8265", 3)
    assert isinstance(compute_of(root, Spec.model_validate(declared), "features", ended), Here)
    declared["pipeline"]["features"]["compute"] = on_ray
    assert isinstance(compute_of(root, Spec.model_validate(declared), "features", ended), Cluster)
