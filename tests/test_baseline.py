"""Baselines: what was there when linting began is let pass, wherever it has moved to; what is new is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_spec.errors import Failure
from mlops_spec.lint.run import lint

MINIMAL = (Path(__file__).parent / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
WRONG = MINIMAL.replace("    min: 0.75", "    max: 0.75")
BASELINE = Path("lint-baseline.json")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    write(WRONG)
    assert lint(["model.yaml"], known=BASELINE, recording=True) == 0


def write(text: str) -> None:
    Path("model.yaml").write_text(text, encoding="utf-8")


def new(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    code = lint(["model.yaml"], known=BASELINE, style="json")
    told = [f"{each['code']} {each['line']}" for each in json.loads(capsys.readouterr().out)]
    assert code == bool(told)
    return told


def test_a_baseline_says_what_each_finding_is_known_by() -> None:
    assert json.loads(BASELINE.read_text(encoding="utf-8")) == {
        "v": 1,
        "findings": [
            {"file": "model.yaml", "code": "MS203", "at": "gates[].max", "source": "max: 0.75", "count": 1},
        ],
    }


@pytest.mark.parametrize(
    "moved",
    [
        WRONG,
        "# a comment\n\n" + WRONG,
        WRONG.replace("gates:\n", "gates:\n  - {metric: f1, min: 0.4}\n"),
        WRONG.replace("    max: 0.75", "      max: 0.75").replace("  - metric", "  -   metric"),
    ],
)
def test_what_has_only_moved_is_let_pass(moved: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(moved)

    assert new(capsys) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (WRONG.replace("max: 0.75", "max: 0.8"), ["MS203 17"]),
        (WRONG + "  - metric: f1\n    max: 0.75\n", ["MS203 19"]),
    ],
)
def test_what_is_new_is_told(changed: str, told: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    write(changed)

    assert new(capsys) == told


def test_the_same_finding_once_more_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    write(WRONG + WRONG[WRONG.index("  - metric") :].replace("roc_auc", "f1"))

    assert new(capsys) == ["MS203 19"]


def test_what_is_gone_is_said_and_forgotten_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    write(MINIMAL)

    assert lint(["model.yaml"], known=BASELINE) == 0
    assert "1 of its findings are gone" in capsys.readouterr().err
    lint(["model.yaml"], known=BASELINE, recording=True)
    assert json.loads(BASELINE.read_text(encoding="utf-8"))["findings"] == []


def test_what_leaves_no_spec_is_never_let_pass(capsys: pytest.CaptureFixture[str]) -> None:
    write(WRONG.replace("model:", "modl:"))

    assert lint(["model.yaml"], known=BASELINE, recording=True) == 2
    assert lint(["model.yaml"], known=BASELINE) == 2
    assert "unknown key `modl`" in capsys.readouterr().out


def test_not_even_a_baseline_that_names_it_lets_pass_what_leaves_no_spec() -> None:
    known = {"file": "model.yaml", "code": "MS001", "at": "modl", "source": "modl: credit-default", "count": 9}
    BASELINE.write_text(json.dumps({"v": 1, "findings": [known]}), encoding="utf-8")
    write(WRONG.replace("model:", "modl:"))

    assert lint(["model.yaml"], known=BASELINE) == 2


def test_files_are_known_from_any_folder(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")

    assert lint(["../model.yaml"], known=Path("..") / BASELINE) == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"v": 2, "findings": []}',
        b'{"v": 1, "findings": [{}]}',
        b'{"v": 1, "findings": [{"file": "f", "code": "c", "at": "a", "source": "s", "count": "many"}]}',
        b"\xff",
        b"[" * 100_000,
        None,
    ],
    ids=lambda content: str(content)[:20],
)
def test_a_baseline_that_is_none_is_a_message(content: bytes | None) -> None:
    if content is None:
        BASELINE.unlink()
    else:
        BASELINE.write_bytes(content)

    with pytest.raises(Failure, match=r"^lint-baseline\.json: ") as caught:
        lint(["model.yaml"], known=BASELINE)
    assert caught.value.exit_code == 2


def test_on_the_command_line() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mlops_spec", "lint", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)

    assert run("--baseline", "b.json", "--write-baseline").returncode == 0
    assert run("--baseline", "b.json").returncode == 0
    assert run().returncode == 1
    assert run("--baseline", "none.json").returncode == 2
    assert run("--write-baseline").returncode == 2
