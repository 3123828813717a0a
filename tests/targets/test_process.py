"""The process that scores: what it says fills no pipe, and it is waited for no longer than its time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.targets.batch import process
from mlops_spec.targets.batch.work import Places, Work

if TYPE_CHECKING:
    from pathlib import Path

WORK = Work("hear", Places("in/{date}", "out/{date}"))


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A program in the place of Python, which does this instead of the work."""
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\nimport sys, time\nsys.stdin.readline()\n{body}\n")
    program.chmod(0o700)
    monkeypatch.setattr(process.sys, "executable", str(program))  # type: ignore[attr-defined]


def test_much_that_is_said_besides_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "sys.stderr.write('x' * 2**20); print('{\"days\": []}', flush=True)")

    assert process.do(WORK) == {"days": []}


def test_what_does_not_end_is_stopped_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "time.sleep(60)")
    monkeypatch.setattr(process, "_MOST_SECONDS", 0.5)

    with pytest.raises(Failure, match="did not end") as late:
        process.do(WORK)

    assert late.value.exit_code == Exit.UNAVAILABLE


def test_what_breaks_off_says_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "sys.exit('no memory left')")

    with pytest.raises(Failure, match="no memory left"):
        process.do(WORK)
