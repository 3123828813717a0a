"""The short form of the attack on the parser; `make fuzz` runs the long one."""

from __future__ import annotations

import random
import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from mlops_spec.document.source import LINE_END
from mlops_spec.lint.repository import lint_repository
from mlops_spec.repository.view import Repository

HERE = Path(__file__).parent
mutated = runpy.run_path(str(HERE / "mutation.py"))["mutated"]
judge = runpy.run_path(str(HERE / "judge.py"))["judge"]
DAY = date(2026, 11, 23)
CASES = 200  # of each of the chunks


@pytest.mark.parametrize("chunk", range(4))
def test_every_mutated_spec_is_answered(chunk: int) -> None:
    codes = set()
    for seed in range(chunk * CASES, (chunk + 1) * CASES):
        answer = judge(mutated(seed), whole=seed % 25 == 0)
        codes.add(answer.code)
        assert answer.wrong == "", f"seed {seed}"

    assert codes == {0, 1, 2}


def test_what_the_judge_must_not_let_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setitem(judge.__globals__, "lint_content", break_down)
    assert judge(b"a", whole=False)[::2] == (70, "RecursionError: too deep")
    monkeypatch.setitem(judge.__globals__, "lint_content", lambda *_: [])
    monkeypatch.setitem(judge.__globals__, "SECONDS", -1.0)
    assert judge(b"a", whole=False).wrong.endswith("s of processor, -1 are allowed")
    monkeypatch.setitem(judge.__globals__, "SECONDS", 1.0)
    monkeypatch.setitem(judge.__globals__, "fix_content", lambda _, content, __: (content, 1))
    assert judge(b"a", whole=True).wrong == "a fix is not the last"
    assert judge(b"a", whole=False).wrong == ""


def test_the_long_form_holds_each_process_to_its_memory() -> None:
    small = "import sys, lint; lint.MEBIBYTES = 1; print(lint.play(range(2)).wrong)"

    done = subprocess.run([sys.executable, "-c", small], cwd=HERE, capture_output=True, text=True, check=True)

    assert done.stdout.count("MiB, 1 are allowed") == 2


def test_the_long_form_tells_what_it_did() -> None:
    command = [sys.executable, str(HERE / "lint.py"), "--cases", "40", "--processes", "1"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("40 specs in ")
    assert done.stdout.endswith("each was answered\n")


FILES = {
    "pyproject.toml": b'[project]\nname = "x"\ndependencies = ["pandas>=2 ; a", "m[run]"]\n'
    b'[dependency-groups]\na = ["b"]\n',
    "uv.lock": b'[[package]]\nname = "x"\n[package.metadata]\n'
    b'requires-dist = [{ name = "pandas", specifier = ">=2" }, { name = "m" }]\n',
    ".dvc/config": b"[core]\n    remote = s\n['remote \"s\"']\n    url = x\n    verify = true\n",
    "src/credit_default/predict.py": b"import a.b as c\n\n\ndef load(a, b):\n    return params['a'], c.sex\n",
    "src/credit_default/train.py": b"def fit(rows, params):\n    return f(**spec['train']['params'], s='sex')\n",
    "data/credit_default.csv.dvc": b"outs:\n- path: x\n",
}


@pytest.mark.quick("200")
@pytest.mark.parametrize("cases", [200, 600])
def test_rules_over_a_repository_stop_at_nothing_that_is_in_a_file(cases: int) -> None:
    """Whatever its files hold, there is an answer, and each place is in the file that is named."""
    spec = (HERE.parent / "specs/ok/full.yaml").read_text(encoding="utf-8")
    changed = runpy.run_path(str(HERE / "mutation.py"))
    found = set()
    for seed in range(cases):
        chance = random.Random(seed)
        files = dict(FILES)
        for name in chance.sample(sorted(files), 2):
            for _ in range(chance.randint(1, 4)):
                files[name] = chance.choice((changed["_bytes"], changed["_lines"], changed["_value"]))(
                    files[name], chance
                )
        around = Repository("", {name: len(content) for name, content in files.items()}, files.__getitem__)
        for each in lint_repository("model.yaml", spec, around, DAY):
            found.add(each.kind.code)
            lines = spec if each.file == "model.yaml" else files[each.file].decode("utf-8", "replace")
            assert 1 <= each.span.line <= len(LINE_END.split(lines)), f"seed {seed}: {each}"

    assert found >= {"MS804", "MS805", "MS811", "MS812", "MS813"}


def test_there_are_seeds_of_crashes_with_their_diagnostics() -> None:
    seeds = {file.stem for file in (HERE.parent / "specs" / "err").glob("*.yaml")}
    told = {file.stem for file in (HERE.parent / "specs" / "err").glob("*.out")}

    assert seeds == told
    assert len(seeds) >= 60
