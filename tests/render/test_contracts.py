"""What rendered files and the rest of the program must agree on."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from mlops_spec.cli import FAMILIES, Program
from mlops_spec.release.declared import Declared, Following, parse, text_of

CASES = sorted(path.parent / "expected" for path in Path(__file__).parent.glob("*/model.yaml"))
PREFIX = "uv run --no-sync mlops-spec "
# What stands in the environment when a shell line runs.
ENVIRONMENT = {
    "BASE": "0" * 40,
    "NUMBER": "7",
    "ENVIRONMENT": "production",
    "VERSION": "v1.4.0",
    "DIGEST": f"sha256:{'0' * 64}",
    "WAIT": "35m",
    "HEAD": "0" * 40,
    "PLAN": f"sha256:{'0' * 64}",
    "REPORT": f"sha256:{'0' * 64}",
    "RESULT": "failure",
    "GITHUB_STEP_SUMMARY": "summary.md",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/credit",
    "RUNNER_TEMP": "build",
}
# And what an array of the shell holds.
ARRAYS = {'"${asked[@]}"': "--day 2026-11-30 --since 2026-11-01"}


def command_lines() -> list[str]:
    """Every call of ours in every rendered workflow and pipeline."""
    found = {
        line.strip().removeprefix("- ").removeprefix("run: ").removeprefix("exec ").removeprefix(PREFIX)
        for case in CASES
        for path in (case / ".github/workflows").iterdir()
        for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        if PREFIX in line
    }
    for case in CASES:
        stages = yaml.safe_load((case / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
        found |= {stage["cmd"].removeprefix("mlops-spec ") for stage in stages.values()}
    return sorted(found)


@pytest.mark.parametrize("line", command_lines())
def test_each_call_is_one_that_our_command_line_takes(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("dist", "received", "build"):
        (tmp_path / folder).mkdir()
    for file in ("received/plan.json", "received/report.json"):
        (tmp_path / file).touch()
    for array, held in ARRAYS.items():
        line = line.replace(array, held)
    words = [re.sub(r"\$\{(\w+)\}", lambda name: ENVIRONMENT[name[1]], word) for word in shlex.split(line)]
    command: click.Command = Program(name="mlops-spec")

    context = click.Context(command)
    while isinstance(command, click.Group):
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
        with context.scope(cleanup=False):
            context = command.make_context(name, list(words), parent=context)
            words = [*context._protected_args, *context.args] if isinstance(command, click.Group) else []

    assert not isinstance(command, click.Group)


def test_every_command_of_a_workflow_is_one_of_ours() -> None:
    known = {command for family in FAMILIES.values() for command in family}

    assert {line.split()[0] for line in command_lines()} <= known


def test_what_is_rendered_for_an_environment_is_what_promotions_read(case: Path) -> None:
    spec = yaml.safe_load((case / "model.yaml").read_text(encoding="utf-8"))
    for name, environment in spec.get("environments", {}).items():
        path = case / "expected" / "deploy" / f"{name}.yaml"

        said = parse(path.read_bytes(), path.relative_to(case / "expected"), name)

        assert isinstance(said, Following if environment["after"] == "merge" else Declared)
        if isinstance(said, Declared):
            assert text_of(said) == path.read_text(encoding="utf-8")
