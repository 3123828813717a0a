"""The jobs' environments outlive a rehearsal, and no two rehearsals share a set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import environments


def test_what_one_rehearsal_leaves_the_next_one_finds(tmp_path: Path) -> None:
    with environments.kept(tmp_path / "cache") as first:
        (first / "installed").touch()
    with environments.kept(tmp_path / "cache") as second:
        assert second == first
        assert (second / "installed").is_file()


def test_two_at_the_same_time_have_a_set_each(tmp_path: Path) -> None:
    with environments.kept(tmp_path) as first, environments.kept(tmp_path) as second:
        assert first != second


def test_the_set_of_a_rehearsal_that_was_killed_is_free(tmp_path: Path) -> None:
    holds = (
        "import os, signal, sys; from pathlib import Path; from mlops_spec.rehearse import environments\n"
        "with environments.kept(Path(sys.argv[1])) as folder:\n"
        "    print(folder, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", holds, str(tmp_path)], stdout=subprocess.PIPE, text=True, check=False)
    with environments.kept(tmp_path) as found:
        assert str(found) == done.stdout.strip()


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match="file") as refused, environments.kept(tmp_path / "file" / "below"):
        pass
    assert refused.value.exit_code == Exit.CONFIG


def test_they_lie_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "XDG_CACHE_HOME", str(tmp_path))
    assert environments.place() == tmp_path / "mlops-spec" / "rehearsal"
