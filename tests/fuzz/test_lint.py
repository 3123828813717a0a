"""The short form of the attack on the parser; `make fuzz` runs the long one."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
mutated = runpy.run_path(str(HERE / "mutation.py"))["mutated"]
judge = runpy.run_path(str(HERE / "judge.py"))["judge"]
CASES = 500  # of each of the chunks


@pytest.mark.parametrize("chunk", range(4))
def test_every_mutated_spec_is_answered(chunk: int) -> None:
    codes = set()
    for seed in range(chunk * CASES, (chunk + 1) * CASES):
        answer = judge(mutated(seed), fixing=seed % 10 == 0)
        codes.add(answer.code)
        assert answer.wrong == "", f"seed {seed}"

    assert codes == {0, 1, 2}


def test_what_the_judge_must_not_let_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setitem(judge.__globals__, "lint_content", break_down)
    assert judge(b"a", fixing=False)[::2] == (70, "RecursionError: too deep")
    monkeypatch.setitem(judge.__globals__, "lint_content", lambda *_: [])
    monkeypatch.setitem(judge.__globals__, "SECONDS", -1.0)
    assert judge(b"a", fixing=False).wrong == "too slow"


def test_the_long_form_tells_what_it_did() -> None:
    command = [sys.executable, str(HERE / "lint.py"), "--cases", "40", "--processes", "1"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("40 specs in ")
    assert done.stdout.endswith("each was answered\n")


def test_there_are_seeds_of_crashes_with_their_diagnostics() -> None:
    seeds = {file.stem for file in (HERE.parent / "specs" / "err").glob("*.yaml")}
    told = {file.stem for file in (HERE.parent / "specs" / "err").glob("*.out")}

    assert seeds == told
    assert len(seeds) >= 60
