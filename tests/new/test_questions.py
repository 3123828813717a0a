"""On a terminal `new` asks for what no option says."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.lint.load import load_spec
from mlops_spec.start.new.questions import Given, choose

if TYPE_CHECKING:
    from pathlib import Path


def test_only_what_is_open_is_asked(place: Path) -> None:
    asked: list[tuple[str, str]] = []

    def ask(question: str, default: str, choices: tuple[str, ...] = ()) -> str:
        asked.append((question.split(maxsplit=1)[0], default))
        return default

    choose(Given(place, starter="blank", owners=("@me",)), ask)

    assert asked == [("Name", "credit-default"), ("Where", os.path.relpath(f"{place}-storage"))]


def test_answers_decide(place: Path, fake_uv: Path) -> None:
    told = on_a_terminal(
        [str(place)], "blank\ncard-risk\n@me @acme/risk\ns3://bucket/key\n123456789012\neu-central-1\n"
    )

    assert told[0] == 0, told[1]
    assert "credit-default/blank" in told[1]
    spec = load_spec(place / model_folder.SPEC)
    assert (spec.model, spec.owners) == ("card-risk", ["@me", "@acme/risk"])
    assert spec.storage is not None
    assert spec.storage.sign_in is not None
    assert spec.storage.sign_in.aws is not None
    assert spec.storage.sign_in.aws.write == "arn:aws:iam::123456789012:role/card-risk-write"
    assert "url = s3://bucket/key\n" in (place / ".dvc/config").read_text()


def test_empty_answers_are_the_defaults(place: Path, fake_uv: Path) -> None:
    told = on_a_terminal([str(place)], "\n\n\n\n")

    assert told[0] == 0, told[1]
    assert load_spec(place / model_folder.SPEC).owners == ["@acme/credit"]


def test_with_defaults_nothing_is_asked(place: Path, fake_uv: Path) -> None:
    told = on_a_terminal(["--defaults", str(place)], "")

    assert told[0] == 0, told[1]
    assert "Starter" not in told[1]


def test_the_end_of_input_stops_it(place: Path, fake_uv: Path) -> None:
    told = on_a_terminal([str(place)], "\n\x04")

    assert told[0] == 130
    assert "Traceback" not in told[1]
    assert [*place.parent.iterdir()] == []


def on_a_terminal(args: list[str], typed: str) -> tuple[int, str]:
    """Exit code, and what the terminal showed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "mlops_spec", "new", *args], stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    return process.returncode, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other side is closed
        return b""
