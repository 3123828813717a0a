"""A `uv` that answers at once, and what to choose."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.start.new.questions import Given, choose, take_default
from mlops_spec.system.files import alive

if TYPE_CHECKING:
    from mlops_spec.start.new.choices import Choices

UV = """\
#!/bin/sh
# Stands in for uv: `lock` and `build` leave what uv leaves.
echo $$ > "$UV_CALLS.pid"
echo "$@" >> "$UV_CALLS"
[ -z "$UV_SLEEP" ] || sleep "$UV_SLEEP"
[ -z "$UV_FAILS" ] || { echo "$UV_FAILS"; exit 2; }
for last; do :; done
case "$*" in
  *"add --frozen"*) exec "$UV_REAL" "$@" ;;
  *lock*) echo 'version = 1' > uv.lock ;;
  *build*) echo wheel > vendor/mlops_spec-0.1.0-py3-none-any.whl ;;
esac
"""


@pytest.fixture
def fake_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its calls, one a line."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "uv").write_text(UV, encoding="utf-8")
    (folder / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


@pytest.fixture(autouse=True)
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose commits they are."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@localhost")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the new repository is to be; nothing else is in its parent."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work/credit-default"


@pytest.fixture
def choices(place: Path) -> Choices:
    """All defaults."""
    return choose(Given(place), take_default)


def ends(process: int) -> bool:
    """Whether a process that was killed is gone: a busy system takes it away a moment later."""
    deadline = time.monotonic() + 10
    while _runs(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _runs(process)


def _runs(process: int) -> bool:
    """Whether it is there and not merely waited for by whoever adopted it."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return sys.platform != "linux" and alive(process)
    return state != "Z"
