"""A pipe or a device in a file's place ends a command, which neither waits for the one nor reads the other."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mlops_spec.errors import Failure
from mlops_spec.system.regular import files_alone, regular, special

SPEC = Path(__file__).parent / "specs/ok/minimal.yaml"
PIPELINE = Path(__file__).parents[1] / "mlops_spec/pipeline"
# They open a path by themselves, which no audit hook of Python's is told.
_OUTSIDE = {
    "pd.read_parquet",
    "pq.read_schema",
    "pq.read_metadata",
    "pq.ParquetFile",
    "arrow.read_csv",
    "ParquetColumns",
}


def ended(folder: Path, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "mlops_spec", *command],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("place", ["model.yaml", "dvc.yaml", ".mlops/managed.json"])
@pytest.mark.parametrize("what", ["pipe", "device"])
def test_no_command_waits_for_it(tmp_path: Path, place: str, what: str) -> None:
    (tmp_path / "model.yaml").write_bytes(SPEC.read_bytes())
    (tmp_path / ".mlops").mkdir()
    found = tmp_path / place
    found.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(found)
    else:
        found.symlink_to("/dev/zero")

    done = ended(tmp_path, "render")

    assert done.returncode == 78
    assert place in done.stderr


def test_what_is_read_by_python_s_own_open_is_held_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "record.json")

    done = ended(tmp_path, "comment", "--plan", "record.json")

    assert done.returncode in {2, 78}


def test_who_names_a_device_means_it() -> None:
    assert not special("/dev/stdin")
    assert not special("/dev/null")


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no disk in memory")
def test_a_disk_in_memory_is_a_disk() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        os.mkfifo(Path(folder, "pipe"))
        assert special(f"{folder}/pipe")
        assert not special(folder)


def test_it_is_held_as_long_as_asked(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with files_alone(), pytest.raises(Failure, match="is a pipe or a device"):
        (tmp_path / "pipe").read_bytes()
    os.close(os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK))


def test_a_library_that_opens_by_itself_is_given_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows.parquet")
    with pytest.raises(Failure, match="parquet is a pipe or a device"):
        regular(tmp_path / "rows.parquet")
    assert regular(tmp_path / "none") == tmp_path / "none"


def test_every_such_call_of_the_pipeline_looks_first() -> None:
    calls = [
        (file.name, call)
        for file in sorted(PIPELINE.rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in _OUTSIDE
    ]
    assert len(calls) > 10
    assert [name for name, call in calls if not ast.unparse(call.args[0]).startswith("regular(")] == []
