"""A run speaks to its engine by the port alone: here to one in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.engine import Said
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.run import Asked, run_by
from tests.engines.test_contract import STAGES
from tests.memory_engine import MemoryEngine

from .test_run import SPEC, plain_pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.engines.engine import Event


@pytest.fixture
def engine(tmp_path: Path) -> MemoryEngine:
    return MemoryEngine(plain_pipeline(tmp_path / "repo").root, STAGES)


def outcomes(engine: MemoryEngine, asked: Asked = Asked()) -> list[str]:  # noqa: B008 - a frozen value
    return [stage.outcome for stage in run_by(engine, engine.root, SPEC, lambda _: None, asked).stages]


def test_what_changed_runs_while_the_checkout_is_locked(engine: MemoryEngine) -> None:
    assert outcomes(engine) == ["ran", "ran"]
    assert outcomes(engine) == ["unchanged", "unchanged"]
    assert len(engine.held) == 2


def test_what_was_mended_and_reads_less_is_told(engine: MemoryEngine) -> None:
    outcomes(engine)
    engine.notes = ("the lock was damaged",)
    engine.locked["train"]["old.csv"] = "a"
    told: list[Event] = []

    run_by(engine, engine.root, SPEC, told.append, Asked())

    lines = [event.line for event in told if isinstance(event, Said)]
    assert lines == ["the lock was damaged", "train reads less than when it last ran: it runs again"]


def test_inputs_that_change_meanwhile_are_undone(engine: MemoryEngine) -> None:
    outcomes(engine)
    before = dict(engine.locked)
    (engine.root / "train.sh").write_text("cp split.txt model.txt; echo '# more' >> train.sh\n")

    with pytest.raises(Failure, match=r"train\.sh changed while the pipeline ran") as stale:
        outcomes(engine)
    assert stale.value.exit_code == Exit.STALE
    assert engine.locked == before


def test_what_is_not_here_is_fetched_and_what_is_made_is_pushed(engine: MemoryEngine) -> None:
    engine.remote = {"rows.csv": (engine.root / "rows.csv").read_bytes()}
    (engine.root / "rows.csv").unlink()

    assert outcomes(engine, Asked(push=True)) == ["ran", "ran"]
    assert set(engine.remote) == {"rows.csv", "split.txt", "model.txt"}
