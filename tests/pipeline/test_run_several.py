"""Runs of several models: in which order, how many at once, and what a failure stops."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.lint.models import Model
from mlops_spec.pipeline import several
from mlops_spec.pipeline.bundle import refuse_undrilled
from mlops_spec.pipeline.run import Asked
from mlops_spec.place import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = load_spec(Path(__file__).parent.parent / "specs/ok/minimal.yaml")


class Stage(NamedTuple):
    """What of a stage the order follows from."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


class Engine(NamedTuple):
    """One that has stages and runs nothing."""

    stages: tuple[Stage, ...]


@dataclass
class Runs:
    """Stands for the runs of models: those of `fail` have no results."""

    fail: frozenset[str] = frozenset()
    told: list[str] = field(default_factory=list)
    at_once: int = 0
    _running: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def __call__(self, folder: Path, *_: object) -> str:
        with self._lock:
            self.told.append(f"begin {folder.name}")
            self._running += 1
            self.at_once = max(self.at_once, self._running)
        time.sleep(0.01)
        with self._lock:
            self.told.append(f"end {folder.name}")
            self._running -= 1
        if folder.name in self.fail:
            raise Failure(f"{folder.name} failed", exit_code=Exit.FINDINGS)
        return f"{folder.name} ran"


def play(
    monkeypatch: pytest.MonkeyPatch, stages: Mapping[str, Stage], *fail: str, parallel: int = 4
) -> tuple[dict[str, Any], Runs]:
    runs = Runs(frozenset(fail))
    monkeypatch.setattr(several, "run", runs)
    monkeypatch.setattr(several, "engine_of", lambda folder, *_, **__: Engine((stages[folder.name],)))
    models = [
        Model(Place(Path("repository"), name, PurePosixPath("models", name)), SPEC.model_copy(update={"model": name}))
        for name in stages
    ]
    return several.run_several(models, lambda *_: None, Asked(), parallel), runs


CHAIN = {
    "last": Stage(reads=("../middle/build",)),
    "middle": Stage(reads=("../first/out.csv",), writes=("build",)),
    "first": Stage(writes=("out.csv",)),
    "alone": Stage(reads=("data/rows.csv",), writes=("build",)),
}


def test_a_model_waits_for_those_that_it_reads_from_and_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, runs = play(monkeypatch, CHAIN)

    assert ended == {name: f"{name} ran" for name in CHAIN}, "in the order that they were given in"
    order = [each for each in runs.told if "alone" not in each]
    assert order == [f"{what} {name}" for name in ("first", "middle", "last") for what in ("begin", "end")]
    assert runs.told.index("begin alone") < runs.told.index("begin middle")


def test_a_failure_stops_those_that_read_what_it_makes_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, runs = play(monkeypatch, CHAIN, "first")

    assert ended["alone"] == "alone ran"
    assert str(ended["first"].message) == "first failed"
    assert ended["middle"].message == "it reads what first makes, which failed"
    assert ended["last"].message == "it reads what middle makes, which failed"
    assert "begin middle" not in runs.told


@pytest.mark.parametrize("parallel", [1, 3])
def test_no_more_run_at_once_than_may(monkeypatch: pytest.MonkeyPatch, parallel: int) -> None:
    ended, runs = play(monkeypatch, {f"m{number}": Stage() for number in range(9)}, parallel=parallel)

    assert len(ended) == 9
    assert runs.at_once == parallel


def test_models_that_read_one_another_all_run(monkeypatch: pytest.MonkeyPatch) -> None:
    circle = {
        "a": Stage(reads=("../b/out",), writes=("out",)),
        "b": Stage(reads=("../c/out",), writes=("out",)),
        "c": Stage(reads=("../a/out",), writes=("out",)),
    }
    ended, _ = play(monkeypatch, circle)
    assert ended == {name: f"{name} ran" for name in circle}


@pytest.fixture
def drilled(tmp_path: Path) -> Path:
    """A repository with a commit, and room for what a drill leaves."""
    for command in (["init", "-qb", "main"], ["commit", "-q", "--allow-empty", "-m", "First"]):
        person = ["-c", "user.name=Ann", "-c", "user.email=ann@localhost"]
        subprocess.run(["git", *person, *command], cwd=tmp_path, check=True)
    (tmp_path / model_folder.DRILL).parent.mkdir()
    return tmp_path


def leave(root: Path, **found: Any) -> None:
    whole = {"commit": Git(root).commit_id(), "attacks": [{"gate": "roc_auc", "stopped": True}]} | found
    (root / model_folder.DRILL).write_text(json.dumps(whole), encoding="utf-8")


def test_gates_that_stopped_each_attack_at_this_commit_were_drilled(drilled: Path) -> None:
    leave(drilled)
    refuse_undrilled(drilled)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"attacks": [{"gate": "roc_auc", "stopped": False}, {"gate": "leak", "stopped": True}]}, "^roc_auc let"),
        ({"commit": "0" * 40}, "not drilled at this commit"),
        ({"attacks": [{"stopped": False}]}, "not drilled at this commit"),
        ({"attacks": 3}, "not drilled at this commit"),
    ],
)
def test_gates_that_were_not_drilled_or_let_an_attack_pass_are_refused(
    drilled: Path, found: dict[str, Any], said: str
) -> None:
    leave(drilled, **found)
    with pytest.raises(Failure, match=said) as refused:
        refuse_undrilled(drilled)
    assert refused.value.exit_code == Exit.FINDINGS


def test_a_drill_that_left_nothing_or_half_a_file_is_none(drilled: Path) -> None:
    for content in (None, b"", b'{"commit": "', b"[" * 5000):
        if content is not None:
            (drilled / model_folder.DRILL).write_bytes(content)
        with pytest.raises(Failure, match="not drilled"):
            refuse_undrilled(drilled)
