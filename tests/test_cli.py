"""The command line: every command has help with an example, and mistakes are messages with exit codes."""

from __future__ import annotations

import gc
import subprocess
import sys

import click
import pytest

from mlops_spec.__main__ import main
from mlops_spec.cli import FAMILIES, _program, program

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


def test_the_whole_help_names_every_command_but_what_editors_pipeline_and_workflows_call() -> None:
    result = run("--help")

    assert result.returncode == 0
    assert [command for command in COMMANDS if f"  {command} " not in result.stdout] == [
        *("bundle", "comment", "lsp", "record", "stage", "trial", "verdict"),
    ]


def helped() -> list[str]:
    """Every command, and every command of a group."""
    context = click.Context(_program)
    found = []
    for name in COMMANDS:
        command = _program.get_command(context, name)
        found += [name, *(f"{name} {inner}" for inner in getattr(command, "commands", ()))]
    return found


@pytest.mark.parametrize("command", ["", *helped()])
def test_help_stays_under_a_screen(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """40 lines of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "argv", ["mlops-spec", *command.split(), "--help"])

    assert program() == 0
    shown = capsys.readouterr().out.splitlines()
    assert sum(1 + max(len(line) - 1, 0) // 100 for line in shown) <= 40


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
