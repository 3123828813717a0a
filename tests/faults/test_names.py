"""A name that no disk takes is wrong usage, not a fault of the machine."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.faults import beneath, fault, no_text
from mlops_spec.system.files import write_atomic


@pytest.mark.parametrize("long", ["a" * 300, "é" * 200, "/".join(["a" * 200] * 30)])
def test_a_name_that_is_too_long(tmp_path: Path, long: str) -> None:
    with pytest.raises(OSError, match="too long") as caught:
        (tmp_path / long).mkdir()
    assert caught.value.errno == errno.ENAMETOOLONG

    told = fault(caught.value)

    assert told.exit_code == Exit.USAGE
    assert told.message.endswith(": File name too long")
    assert len(told.message) < 250
    assert "255 bytes" in told.remedy


def test_an_argument_that_is_no_text() -> None:
    for wrong in (UnicodeEncodeError("utf-8", "\udced", 0, 1, "surrogates not allowed"), UnicodeError("x")):
        told = no_text(wrong, ["promote", "x\udced y"])
        assert told is not None
        assert (told.exit_code, told.message.isascii()) == (Exit.USAGE, True)
        assert "x\\udced y" in told.message
    assert no_text(UnicodeError("x"), ["promote", "é"]) is None
    assert no_text(ValueError("x"), ["x\udced"]) is None


@pytest.mark.parametrize("name", ["", ".", "..", "folder"])
def test_a_folder_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(Failure, match="is a folder, not a file") as caught:
        write_atomic(Path(name), b"x")
    assert beneath(caught.value).exit_code == Exit.USAGE
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
