"""The command line: every command has help with an example, and mistakes are messages with exit codes."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from mlops_spec.__main__ import main
from mlops_spec.cli import FAMILIES, program

COMMANDS = sorted(command for family in FAMILIES.values() for command in family)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlops_spec", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mlops-spec", command, "--help"])

    assert program() == 0
    assert f"mlops-spec {command}" in capsys.readouterr().out.split("\n", 1)[1]


def test_an_unknown_command_is_wrong_usage() -> None:
    result = run("lnit")

    assert result.returncode == 2
    assert "lnit" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_option_is_wrong_usage() -> None:
    result = run("lint", "--colour")

    assert result.returncode == 2
    assert "--colour" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_whole_help_names_every_command_but_what_only_the_pipeline_calls() -> None:
    result = run("--help")

    assert result.returncode == 0
    assert [command for command in COMMANDS if f"  {command} " not in result.stdout] == ["stage"]


def test_garbage_is_searched_for_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    was = gc.get_threshold()
    monkeypatch.setattr(sys, "argv", ["mlops-spec", "--version"])
    try:
        with pytest.raises(SystemExit):
            main()

        assert gc.isenabled()
        assert gc.get_threshold()[0] == 100_000
    finally:
        gc.set_threshold(*was)
