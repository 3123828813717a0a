"""The command line of `rehearse`: wrong usage is said before anything starts."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.rehearse.titles import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path


def rehearse(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlops_spec", "rehearse", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment or None)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["death"], "'death' is not one of 'life', 'bad-canary'"),
        (["--into", "{taken}/new"], "name a scenario: life, bad-canary"),
        (["life", "--here"], "name a scenario: life, bad-canary"),
        (["life", "--committed"], "or your own repository: --here"),
        (["--stop"], "--stop needs --into"),
        (["--open"], "--open needs --into"),
        (["--open", "--into", "{taken}"], "rehearsal.html: no such file"),
        (["life", "--into", "{taken}"], "not empty, and not a rehearsal"),
        (["--stop", "--into", "{taken}"], "not empty, and not a rehearsal"),
    ],
)
def test_wrong_usage(args: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    done = rehearse(*(each.format(taken=tmp_path) for each in args))

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_stopping_what_does_not_run_is_fine(tmp_path: Path) -> None:
    assert rehearse("--stop", "--into", str(tmp_path / "nothing")).returncode == 0


def test_help_has_an_example() -> None:
    said = rehearse("--help").stdout

    assert "mlops-spec rehearse life --into rehearsal" in said
    assert "mlops-spec rehearse --here" in said


def test_without_a_scenario_they_are_listed() -> None:
    for listed in (rehearse().stdout, rehearse("--help").stdout):
        for name, line in SCENARIOS.items():
            assert name in listed
            assert line.split(":")[0].split(",")[0] in " ".join(listed.split())
