"""A link that leads back to itself is told by its name, wherever a command comes upon it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mlops_spec.__main__ import main
from mlops_spec.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "command", [["deploy", "-e", "staging", "--repository", "."], ["agent", "-e", "a", "--repository", "."]]
)
def test_a_state_in_a_circle_is_told(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").symlink_to("state")
    monkeypatch.setattr(sys, "argv", ["mlops-spec", *command, "--state", str(tmp_path / "state")])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == Exit.CONFIG
    assert "state' is a link that leads back to itself" in capsys.readouterr().err
