"""The command: what it says when there is nothing to drill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from mlops_spec.cli.drill import drill_command
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
spec: 1
model: m
task: regression
owners: ["@a"]
data: {path: d.csv, target: t}
train: {run: x}
gates: [{metric: r2, min: 0.5}]
"""


def test_without_a_run_there_is_nothing_to_attack(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(SPEC)

    done = CliRunner().invoke(drill_command, ["-C", str(tmp_path)])

    assert isinstance(done.exception, Failure)
    assert done.exception.exit_code == Exit.CONFIG
    assert "build/package" in str(done.exception)
    assert not (tmp_path / "build").exists()


def test_without_a_spec_it_says_where_to_go(tmp_path: Path) -> None:
    done = CliRunner().invoke(drill_command, ["-C", str(tmp_path)])

    assert isinstance(done.exception, Failure)
    assert done.exception.exit_code == Exit.USAGE
