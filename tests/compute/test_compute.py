"""Where the user's own commands run: what every place promises, and what stages make of it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from mlops_spec.compute.here import Here
from mlops_spec.compute.place import Command
from mlops_spec.compute.registry import compute_of
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.train import run_own_stage, train
from mlops_spec.spec import Spec
from tests.memory_compute import MemoryCompute

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    mine: str
    failing: str


@pytest.fixture(params=["here", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "memory":
        return Place(MemoryCompute({"mine": _mine, "failing": lambda *_: 3}), "mine", "failing")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/mine.py").write_text(MINE)
    return Place(Here(), f"{PYTHON} -m mine", f"{PYTHON} -c 'raise SystemExit(3)'")


def test_a_command_runs_in_its_folder_with_its_environment(place: Place, tmp_path: Path) -> None:
    place.compute.run(Command(place.mine, tmp_path, "train.run", {"MLOPS_SPEC_SEED": "7"}))

    assert (tmp_path / "out.txt").read_text() == "7 []"


@pytest.mark.parametrize(
    "hostile", ["; touch canary", "&& touch canary", "$(touch canary)", "`touch canary`", "> canary"]
)
def test_there_is_no_shell(place: Place, tmp_path: Path, hostile: str) -> None:
    place.compute.run(Command(f"{place.mine} {hostile}", tmp_path, "train.run", {"MLOPS_SPEC_SEED": "7"}))

    assert not (tmp_path / "canary").exists()
    assert "canary" in (tmp_path / "out.txt").read_text()


def test_a_command_that_fails_says_how(place: Place, tmp_path: Path) -> None:
    for line, said, code in (
        ("no-such-program --x", "train.run: `no-such-program` is not a program here", Exit.CONFIG),
        (place.failing, "exited with 3", Exit.FINDINGS),
        ("python -c 'open", "can't be read: No closing quotation", Exit.USAGE),
    ):
        with pytest.raises(Failure) as caught:
            place.compute.run(Command(line, tmp_path, "train.run"))

        assert said in caught.value.message
        assert caught.value.exit_code == code


def test_a_signal_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="was stopped by signal 9"):
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
    assert compute.asked == [Command("idle", tmp_path, "train.run", {"MLOPS_SPEC_SEED": "0"})]


def test_commands_run_where_their_stage_runs() -> None:
    assert isinstance(compute_of(spec("idle")), Here)
