"""Digits that others write are a number, or none: never what `int` stumbles over."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from mlops_spec.cli.audit import audit_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git.environment import environment
from mlops_spec.ledger.who import actor
from mlops_spec.spec.cron import Schedule
from mlops_spec.system.digits import number_of
from mlops_spec.targets.local.serve.address import bind
from mlops_spec.upgrade.migrate import version_of

from .sources import PACKAGE, naming

if TYPE_CHECKING:
    from pathlib import Path

ODD = ["²", "٣", "９", "1" * 5000, "", "-1", "1_0", " 1", "1\n"]
# Where nothing is made of the digits but the answer whether they are some.
ASKED = {
    "deploy/place.py",
    "platforms/github/workflow/dataflow.py",
    "release/card/released.py",
    "release/differences.py",
    "rehearse/hub/request.py",
    "rules/spec/unlabelled_positive.py",
    "rules/workflows/unheard_run.py",
    "system/digits.py",
    "words/markdown.py",
}


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_plain_number_is_none(text: str) -> None:
    assert number_of(text) is None


def test_the_longest_are_whole() -> None:
    assert number_of("9" * 15) == 10**15 - 1
    assert number_of("9" * 16) is None


def test_a_version_of_any_length_is_none() -> None:
    with pytest.raises(Failure, match="doesn't say its version"):
        version_of(f"spec: {'1' * 5000}\n")


def test_nobody_else_takes_digits_for_a_number() -> None:
    asked = set()
    for file, tree in naming("isdigit|isdecimal|isnumeric", PACKAGE.rglob("*.py")):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"isdigit", "isdecimal", "isnumeric"}:
                asked.add(file.relative_to(PACKAGE).as_posix())
    assert asked == ASKED


@pytest.mark.parametrize("text", ODD)
def test_whoever_reads_a_number_says_so_or_does_without(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", text)
    monkeypatch.chdir(tmp_path)

    assert environment(None, "https://github.com", {})["GIT_CONFIG_COUNT"].isdigit()
    assert actor("alice", text).id is None
    assert Schedule.read(f"{text} 2 * * *") is None or text in {" 1", "1\n"}  # those are a minute
    with pytest.raises(Failure, match="is no address"):
        bind(f"127.0.0.1:{text}")
    if text not in {"", "-1"}:
        with pytest.raises(Failure) as refused:
            audit_command.main(["verify", "--from", str(tmp_path), "--since", text], standalone_mode=False)
        assert refused.value.exit_code == Exit.USAGE
