"""The user's own commands: no shell, the code of `src` at hand, and a message for every way to fail."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.commands import run_command
from mlops_spec.pipeline.train import run_own_stage, train
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = sys.executable


def test_a_command_runs_in_the_repository_with_its_code_and_its_seed(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/mine.py").write_text("import os; open('out.txt', 'w').write(os.environ['MLOPS_SPEC_SEED'])")

    run_command(tmp_path, f"{PYTHON} -m mine", "train.run", {"MLOPS_SPEC_SEED": "7"})

    assert (tmp_path / "out.txt").read_text() == "7"


@pytest.mark.parametrize(
    "hostile", ["; touch canary", "&& touch canary", "$(touch canary)", "`touch canary`", "> canary"]
)
def test_there_is_no_shell(tmp_path: Path, hostile: str) -> None:
    run_command(tmp_path, f"{PYTHON} -c pass {hostile}", "train.run", {})

    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    ("command", "said", "code"),
    [
        ("no-such-program --x", "train.run: `no-such-program` is not a program here", Exit.CONFIG),
        (f"{PYTHON} -c 'raise SystemExit(3)'", "exited with 3", Exit.FINDINGS),
        (f"{PYTHON} -c 'import os; os.kill(os.getpid(), 9)'", "was stopped by signal 9", Exit.FINDINGS),
        ("python -c 'open", "can't be read: No closing quotation", Exit.USAGE),
    ],
)
def test_a_command_that_fails_says_how(tmp_path: Path, command: str, said: str, code: Exit) -> None:
    with pytest.raises(Failure) as caught:
        run_command(tmp_path, command, "train.run", {})

    assert said in caught.value.message
    assert caught.value.exit_code == code


def spec(run: str) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "regression",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "y"},
            "pipeline": {"features": {"run": run, "writes": ["build/features"]}},
            "train": {"run": run},
            "gates": [{"metric": "r2", "min": 0.1}],
        }
    )


def test_a_stage_must_write_what_it_promised(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"pipeline\.features: it did not write build/features"):
        run_own_stage(tmp_path, spec(f"{PYTHON} -c pass"), "features")
    with pytest.raises(Failure, match="there is no stage `other`"):
        run_own_stage(tmp_path, spec("x"), "other")


def test_training_must_leave_a_model(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="build/model is empty after training"):
        train(tmp_path, spec(f"{PYTHON} -c pass"))
