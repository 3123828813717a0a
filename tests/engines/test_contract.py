"""What every engine does: the one that is used, and the small one that tests of what stands above the port use."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.engine import Dvc
from mlops_spec.engines.files import PIPELINE
from mlops_spec.engines.inputs import input_paths, see
from mlops_spec.engines.stage import Stage
from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import SPEC
from tests.memory_engine import MemoryEngine
from tests.pipeline.test_run import plain_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.engines.engine import Engine

    Make = Callable[[], Engine]

pytestmark = pytest.mark.e2e

STAGES = (
    Stage("split", "cp rows.csv split.txt", ("rows.csv",), ("split.txt",), ()),
    Stage("train", "sh train.sh", ("split.txt", "train.sh"), ("model.txt",), ()),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plain_pipeline(tmp_path / "repo").root


@pytest.fixture(params=["dvc", "memory"])
def engine(request: pytest.FixtureRequest, root: Path) -> Engine:
    return Dvc(root) if request.param == "dvc" else MemoryEngine(root, STAGES)


def outcomes(engine: Engine, root: Path, *, only: str | None = None) -> dict[str, str]:
    engine.begin(see(root, input_paths(engine.stages, SPEC, PIPELINE)))
    done = engine.run(lambda _: None, seconds=60, only=only)
    engine.settle(whole=only is None)
    return {stage.name: stage.outcome for stage in done}


def test_it_knows_its_stages(engine: Engine) -> None:
    assert tuple(engine.stages) == STAGES
    assert input_paths(engine.stages, SPEC, PIPELINE) == ("model.yaml", "dvc.yaml", "rows.csv", "train.sh")


def test_what_changed_runs_and_a_lock_says_so(engine: Engine, root: Path) -> None:
    assert not engine.has_lock()
    assert outcomes(engine, root) == {"split": "ran", "train": "ran"}
    assert engine.has_lock()
    assert outcomes(engine, root) == {"split": "unchanged", "train": "unchanged"}
    (root / "train.sh").write_text("cat split.txt > model.txt\n")
    assert outcomes(engine, root) == {"split": "unchanged", "train": "ran"}

    engine.forget()
    assert not engine.has_lock()


def test_one_stage_runs_with_what_it_needs_alone(engine: Engine, root: Path) -> None:
    assert outcomes(engine, root, only="split") == {"split": "ran"}
    assert outcomes(engine, root, only="train") == {"split": "unchanged", "train": "ran"}
    with pytest.raises(Failure, match="there is no stage `other`"):
        engine.run(lambda _: None, seconds=60, only="other")


def test_a_stage_that_fails_keeps_its_code_and_what_ended_stays(engine: Engine, root: Path) -> None:
    right = (root / "train.sh").read_text()
    (root / "train.sh").write_text("exit 78\n")
    with pytest.raises(Failure, match="stage `train` failed") as failed:
        outcomes(engine, root)
    assert failed.value.exit_code == Exit.CONFIG
    engine.recover()
    (root / "train.sh").write_text(right)

    assert outcomes(engine, root) == {"split": "unchanged", "train": "ran"}


def test_a_run_that_is_undone_left_nothing(engine: Engine, root: Path) -> None:
    outcomes(engine, root)
    started = time.time() - 1
    (root / "train.sh").write_text("cat split.txt > model.txt\n")
    engine.begin(see(root, input_paths(engine.stages, SPEC, PIPELINE)))
    engine.run(lambda _: None, seconds=60)
    engine.undo(started)

    assert outcomes(engine, root)["train"] == "ran"


def test_what_is_damaged_nobody_starts_from(engine: Engine) -> None:
    with pytest.raises(ValueError):
        engine.start_from(b"{")
    assert not engine.has_lock()


def test_what_nothing_tracks_is_not_fetched_and_no_remote_takes_nothing(engine: Engine) -> None:
    with pytest.raises(Failure, match=r"other\.csv: no such file") as lost:
        engine.fetch([Path("other.csv")])
    assert not engine.has_remote
    with pytest.raises(Failure, match="remote") as homeless:
        engine.push()
    assert (lost.value.exit_code, homeless.value.exit_code) == (Exit.CONFIG, Exit.CONFIG)


def test_a_stage_that_reads_less_runs_again(engine: Engine, root: Path) -> None:
    outcomes(engine, root)
    text = (root / "dvc.yaml").read_text()
    (root / "dvc.yaml").write_text(text.replace("[split.txt, train.sh]", "[split.txt]"))
    less = (STAGES[0], replace(STAGES[1], reads=("split.txt",)))
    later = Dvc(root) if isinstance(engine, Dvc) else MemoryEngine(root, less, locked=engine.locked)  # type: ignore[attr-defined]

    assert list(later.forget_undeclared()) == ["train"]
    assert outcomes(later, root)["train"] != "unchanged"
