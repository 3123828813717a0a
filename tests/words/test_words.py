"""What others wrote is seen, commands nothing, and finds a console large enough."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from mlops_spec import words
from mlops_spec.platforms.github.annotation import annotation
from mlops_spec.platforms.github.run import Run
from mlops_spec.platforms.github.step import add_summary, set_output
from mlops_spec.words.terminal import terminal
from mlops_spec.words.visible import visible_json, visible_lines, visible_page

COMMANDS = ("error", "warning", "notice", "debug", "group", "endgroup", "set-output", "add-mask", "stop-commands")
HOSTILE = [
    *(f"{before}::{name} file=a::b" for name in COMMANDS for before in ("", " ", "\t", "a\n", "\r", "\u2028", "\x85")),
    "##[error]a",
    "a ##[group]b",
    "\x1b[31m::error::a",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\udc80\ud800",
    "\u202etxt.exe",
    "\u2066a\u2069",
    "\u200b::error::a",
    "\ufeff::error::a",
    "\xa0::error::a",
    "a\0b\x7f",
    *(f"production{filler}" for filler in "\u034f\u115f\u2800\u3164\ufe01\uffa0\U000e0100"),
]


def commands(text: str) -> list[str]:
    """The lines that GitHub's runner would act on: its two parsers, as it reads a log."""
    return [line for line in re.split(r"\r\n|\r|\n", text) if line.strip("\ufeff \t\xa0\u3000").startswith("::")] + [
        line for line in text.splitlines() if "##[" in line
    ]


def unseen(text: str) -> list[str]:
    """What is not printable, and what is printable with nothing to see."""
    blank = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    return [one for one in text if (not one.isprintable() and one not in "\n\t\xa0") or one in blank or _selects(one)]


def _selects(one: str) -> bool:
    """Whether it chooses a variant of the sign before it; the two of emoji may."""
    return "\ufe00" <= one <= "\ufe0d" or "\U000e0100" <= one <= "\U000e01ef"


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_words_are_seen_and_command_nothing(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    words.out(text)
    words.err(text)
    terminal().print(text, markup=False)
    terminal().print(Text(text, "bold"))
    grid = Table(box=None)
    grid.add_row(text, "b")
    terminal(stderr=True).print(grid)

    for said in capsys.readouterr():
        assert commands(said) == []
        assert unseen(said) == []


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_seen_and_commands_nothing(text: str) -> None:
    for said in (visible_lines(text), visible_lines(f"::{text}"), visible_lines(f"\n {text}")):
        assert commands(said) == []
        assert unseen(said) == []
        said.encode()
    assert unseen(visible_page(text)) == []


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.dictionaries(st.text(), inner)))
def test_json_stays_the_same_value(value: object) -> None:
    for dumped in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2)):
        said = visible_json(dumped)

        assert json.loads(said) == value
        assert commands(said) == []
        assert unseen(said) == []


def test_plain_words_stay_as_they_are() -> None:
    text = "größe 日本 🙂 a::b std::vector [x](y)\n\tline ## [a]\n"

    assert visible_lines(text) == text


def test_an_annotation_is_one_command_whatever_it_says() -> None:
    said = annotation("error", {"file": "a,b::c\n::error::x", "line": 1}, "d\n::error::e%0A##[group]")

    assert said == "::error file=a%2Cb%3A%3Ac\\n%3A%3Aerror%3A%3Ax,line=1::d\\n::error::e%250A##\\[group]"


def test_a_step_s_files_take_any_text(tmp_path: Path) -> None:
    output, summary = tmp_path / "output", tmp_path / "summary"
    run = Run(outputs=str(output), summary=str(summary))

    set_output(run, "name", "a\nname=b\udc80")
    add_summary(run, "a\x1b[31m\u202e\udc80")

    first, *_, last = output.read_text().splitlines()
    assert first == f"name<<{last}"
    assert summary.read_text() == "a\\x1b[31m\\u202e\\udc80\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["lint", "--no-cache", "é\x1b\u202e.yaml"],
        ["explain", "MS203"],
        ["--help"],
        ["nothing\n::error::b"],
        ["explain", "a\n::error::b\udc80"],
    ],
    ids=repr,
)
def test_no_console_is_too_small(arguments: list[str], encoding: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mlops_spec", *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        check=False,
    )

    assert done.returncode in {0, 1, 2}, done.stderr
    for said in (done.stdout, done.stderr):
        assert commands(said.decode(encoding)) == []


def test_a_closed_console_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)

    words.any_console()
    words.out("a")
    words.err("a")
    terminal().print("a")
    assert not words.coloured()


def test_a_full_disk_behind_stderr_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w")  # noqa: SIM115 - it can't be closed well
    monkeypatch.setattr(sys, "stderr", full)

    words.err("a")

    with pytest.raises(OSError, match="No space left"):
        full.close()
