"""A dvc.lock that a kill tore or shortened comes back as it was before the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.kept_lock import KeptLock, locked_stages
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from pathlib import Path

STAGES = ("split", "train", "package")
ENTRY = "  {name}:\n    cmd: mlops-spec stage {name}\n    outs:\n    - path: build/{name}\n      md5: 0f\n"
WHOLE = "schema: '2.0'\nstages:\n" + "".join(ENTRY.format(name=name) for name in STAGES)
NEWER = WHOLE.replace("0f", "1a")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "dvc.lock"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "tmp" / "dvc.lock"


def test_the_stages_of_a_whole_lock() -> None:
    assert locked_stages(WHOLE.encode()) == set(STAGES)


@pytest.mark.parametrize("length", range(len(NEWER)))
def test_wherever_a_write_was_cut_no_stage_is_lost(lock: Path, copy: Path, length: int) -> None:
    lock.write_text(WHOLE)
    KeptLock(lock, copy).keep()
    lock.write_text(NEWER[:length])

    KeptLock(lock, copy).heal(STAGES)

    assert locked_stages(lock.read_bytes()) == set(STAGES)
    assert not copy.exists()


def test_a_run_that_ended_needs_no_healing(lock: Path, copy: Path) -> None:
    lock.write_text(WHOLE)
    KeptLock(lock, copy).keep()
    lock.write_text(NEWER)
    KeptLock(lock, copy).settle(STAGES)

    assert KeptLock(lock, copy).heal(STAGES) is None
    assert lock.read_text() == NEWER


def test_what_a_killed_run_had_finished_is_kept(lock: Path, copy: Path) -> None:
    lock.write_text(WHOLE)
    KeptLock(lock, copy).keep()
    lock.write_text(NEWER)

    assert KeptLock(lock, copy).heal(STAGES) is None
    assert lock.read_text() == NEWER


def test_a_stage_that_the_pipeline_no_longer_has_may_go(lock: Path, copy: Path) -> None:
    lock.write_text(WHOLE + ENTRY.format(name="old"))
    KeptLock(lock, copy).keep()
    lock.write_text(WHOLE)

    assert KeptLock(lock, copy).heal(STAGES) is None


@pytest.mark.parametrize("torn", ["", "schema: '2.0'\nstages:\n  split:\n    cm", "\x00"])
def test_a_torn_lock_without_a_copy_is_removed(lock: Path, copy: Path, torn: str) -> None:
    lock.write_text(torn)

    said = KeptLock(lock, copy).heal(STAGES)

    assert said is not None
    assert not lock.exists()


def test_a_first_run_that_was_killed_leaves_no_lock(lock: Path, copy: Path) -> None:
    KeptLock(lock, copy).keep()
    lock.write_text("")

    KeptLock(lock, copy).heal(STAGES)

    assert not lock.exists()
    assert not copy.exists()


def test_a_run_that_lost_a_stage_is_refused_and_undone(lock: Path, copy: Path) -> None:
    lock.write_text(WHOLE)
    KeptLock(lock, copy).keep()
    lock.write_text("schema: '2.0'\nstages:\n" + ENTRY.format(name="split"))

    with pytest.raises(Failure, match=r"lost package, train") as caught:
        KeptLock(lock, copy).settle(STAGES)
    assert caught.value.exit_code == Exit.STALE
    assert lock.read_text() == WHOLE


def test_restore_takes_back_a_first_run(lock: Path, copy: Path) -> None:
    KeptLock(lock, copy).keep()
    lock.write_text(WHOLE)

    KeptLock(lock, copy).restore()

    assert not lock.exists()
