"""A folder appears whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.start.new import atomic_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_the_place_is_there_when_the_block_ends(place: Path) -> None:
    with atomic_folder.built(place) as folder:
        (folder / "a").write_text("a")
        assert not place.exists()

    assert [*place.parent.iterdir()] == [place]
    assert (place / "a").read_text() == "a"


def test_an_empty_folder_is_taken_over(place: Path) -> None:
    place.mkdir()

    with atomic_folder.built(place) as folder:
        (folder / "a").write_text("a")

    assert (place / "a").exists()


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_there_when_the_block_is_left(place: Path, problem: type[BaseException]) -> None:
    with pytest.raises(problem), atomic_folder.built(place) as folder:
        (folder / "a").write_text("a")
        raise problem

    assert [*place.parent.iterdir()] == []


def test_what_the_disk_refuses_is_a_failure(place: Path) -> None:
    with pytest.raises(Failure, match="No such file") as failed, atomic_folder.built(place) as folder:
        (folder / "missing" / "a").write_text("a")

    assert failed.value.exit_code == Exit.CONFIG
    assert [*place.parent.iterdir()] == []


def test_a_folder_that_was_filled_meanwhile_is_left_alone(place: Path) -> None:
    with pytest.raises(Failure, match="not empty"), atomic_folder.built(place) as folder:
        (folder / "a").write_text("ours")
        place.mkdir()
        (place / "a").write_text("theirs")

    assert [*place.parent.iterdir()] == [place]
    assert (place / "a").read_text() == "theirs"


def test_a_folder_that_is_not_empty_is_refused(place: Path) -> None:
    place.mkdir()
    (place / ".hidden").touch()

    with pytest.raises(Failure, match="is not empty"):
        atomic_folder.refuse_taken(place)


def test_a_file_is_refused(place: Path) -> None:
    place.touch()

    with pytest.raises(Failure, match="not a folder"):
        atomic_folder.refuse_taken(place)


def test_a_link_is_refused(place: Path, tmp_path: Path) -> None:
    place.symlink_to(tmp_path)

    with pytest.raises(Failure, match="not a folder"):
        atomic_folder.refuse_taken(place)


def test_a_missing_parent_is_refused(place: Path) -> None:
    with pytest.raises(Failure, match="there is no folder"):
        atomic_folder.refuse_taken(place / "deeper" / "still")


def test_what_a_dead_process_left_is_swept_and_what_a_living_one_builds_is_not(place: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = place.parent / f".mlops-{ended.pid}-{'0' * 16}.new"
    alive = place.parent / f".mlops-{os.getppid()}-{'0' * 16}.new"
    for folder in (dead, alive):
        folder.mkdir()

    with atomic_folder.built(place):
        pass

    assert {*place.parent.iterdir()} == {place, alive}


def test_handlers_of_signals_are_put_back(place: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)

    with atomic_folder.built(place):
        assert signal.getsignal(signal.SIGTERM) != before

    assert signal.getsignal(signal.SIGTERM) == before
