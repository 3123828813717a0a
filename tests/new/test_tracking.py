"""What we write for DVC is what DVC writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from dvc.config import Config

from mlops_spec.engines.dvc import tracking
from mlops_spec.errors import Failure

ROWS = "id,x\n1,2\n"


def dvc(root: Path, *args: str) -> str:
    done = subprocess.run([sys.executable, "-m", "dvc", *args], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def files(root: Path) -> dict[str, bytes]:
    ours = {path: path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for path, name in ours.items() if not name.startswith((".git/", ".dvc/tmp/"))}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "ours")


def repository(root: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    (root / "data").mkdir()
    (root / "data/rows.csv").write_text(ROWS, encoding="utf-8")
    (root / "data/images/more").mkdir(parents=True)
    (root / "data/images/b.png").write_bytes(b"b")
    (root / "data/images/more/a.png").write_bytes(b"a")
    return root


def test_the_same_files_as_dvc(root: Path, tmp_path: Path) -> None:
    theirs = repository(tmp_path / "theirs")
    dvc(theirs, "init", "--quiet")
    dvc(theirs, "remote", "add", "--quiet", "--default", "storage", "../storage")
    dvc(theirs, "add", "--quiet", "data/rows.csv", "data/images")

    tracking.initialise(root, remote=tracking.remote_url(str(tmp_path / "ours/../storage"), root))
    tracking.track(root, "data/rows.csv")
    tracking.track(root, "data/images")

    ours = files(root) | {".dvc/config": b"", ".dvcignore": b""}
    assert ours == files(theirs) | {".dvc/config": b"", ".dvcignore": b""}


def test_dvc_reads_it_and_takes_the_data_to_its_remote(root: Path, tmp_path: Path) -> None:
    tracking.initialise(root, remote=tracking.remote_url(str(tmp_path / "storage"), root))
    tracking.track(root, "data/rows.csv")

    assert dvc(root, "status") == "Data and pipelines are up to date."
    assert dvc(root, "push") == "1 file pushed"
    (root / "data/rows.csv").unlink()
    dvc(root, "pull")
    assert (root / "data/rows.csv").read_text(encoding="utf-8") == ROWS


@pytest.mark.parametrize(
    "remote", ["s3://bucket/key", "storage", "../storage", "/mnt/a folder/x", "gs://b/a,b#c", "ssh://me@host:22/a'b"]
)
def test_dvc_understands_the_remote(root: Path, remote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    tracking.initialise(root, remote=tracking.remote_url(remote, root))

    config = Config(str(root / ".dvc"))

    url = config["remote"][config["core"]["remote"]]["url"]
    assert url == remote if "://" in remote else Path(url).resolve() == (root.parent / remote).resolve()


@pytest.mark.parametrize("remote", ["", "a\nb", 'a"b', "a\x00"])
def test_an_address_that_no_config_can_hold(root: Path, remote: str) -> None:
    with pytest.raises(Failure, match="can't be the address of a DVC remote"):
        tracking.remote_url(remote, root)
