"""A remote that was tampered with: DVC as we start it takes no listing of a folder but the one that its hash names."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mlops_spec"


@dataclass(frozen=True)
class Remote:
    """A checkout that asks for one folder of one file, and the remote that it comes from."""

    root: Path

    def put(self, content: bytes, suffix: str = "", name: str | None = None) -> str:
        found = name or hashlib.md5(content).hexdigest()
        place = self.root / "remote/files/md5" / found[:2] / f"{found[2:]}{suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return found

    def lists(self, *entries: tuple[str, str], name: str | None = None) -> str:
        """Stores a listing of (file's hash, its place); it is wanted by its own hash, or by another's `name`."""
        listing = json.dumps([{"md5": each, "relpath": place} for each, place in entries]).encode()
        found = self.put(listing, ".dir", name)
        wanted = {"outs": [{"md5": f"{found}.dir", "hash": "md5", "path": "folder"}]}
        (self.root / "checkout/folder.dvc").write_text(json.dumps(wanted))
        return found

    def pull(self, module: str = "mlops_spec.engines.dvc.checked") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", module, "pull", "folder.dvc"],
            cwd=self.root / "checkout",
            env={**os.environ, "DVC_NO_ANALYTICS": "1", "PYTHONPATH": str(PACKAGE.parent)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    settings = tmp_path / "checkout/.dvc/config"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f"[core]\nno_scm = true\nremote = here\n['remote \"here\"']\nurl = {tmp_path}/remote\nverify = true\n"
    )
    return Remote(tmp_path)


def test_a_listing_as_it_was_stored(remote: Remote) -> None:
    file = remote.put(b"mine\n")
    remote.lists((file, "one.txt"), (file, "below/two.txt"))

    assert remote.pull().returncode == 0
    assert (remote.root / "checkout/folder/below/two.txt").read_text() == "mine\n"


@pytest.mark.quick("../../escaped", "below/../../../escaped")
@pytest.mark.parametrize("place", ["../../escaped", "below/../../../escaped", "./escaped", "below//escaped"])
def test_places_outside_of_the_folder(remote: Remote, place: str) -> None:
    remote.lists((remote.put(b"theirs\n"), place))

    done = remote.pull()

    assert done.returncode != 0
    assert "changed listing" in done.stderr
    assert [path for path in remote.root.rglob("escaped") if path.is_file()] == []


def test_dvc_itself_writes_there(remote: Remote) -> None:
    """Once this fails, DVC checks by itself, and our check can go."""
    remote.lists((remote.put(b"theirs\n"), "../../escaped"))

    remote.pull("dvc")

    assert (remote.root / "escaped").read_text() == "theirs\n"


@pytest.mark.parametrize("name", ["../../../../../mine", "ab", "0" * 31 + "G"])
def test_objects_outside_of_the_store(remote: Remote, name: str) -> None:
    (remote.root / "mine").write_text("mine\n")
    remote.lists((name, "one.txt"))

    done = remote.pull()

    assert done.returncode != 0
    assert "changed listing" in done.stderr
    assert (remote.root / "mine").read_text() == "mine\n"


def test_a_listing_of_another_hash(remote: Remote) -> None:
    file = remote.put(b"mine\n")
    named = remote.lists((file, "one.txt"))
    remote.lists((file, "two.txt"), name=named)

    done = remote.pull()

    assert done.returncode != 0
    assert f"changed listing: the object {named}.dir has another content" in done.stderr
    assert not (remote.root / "checkout/folder/two.txt").exists()


@pytest.mark.quick("torn")
@pytest.mark.parametrize(
    "damage", [b"", b"[]", b'[{"relpath": "one.txt"', b"{}"], ids=["empty", "a list", "torn", "a mapping"]
)
def test_a_damaged_listing_in_the_cache_is_fetched_again(remote: Remote, damage: bytes) -> None:
    remote.lists((remote.put(b"mine\n"), "one.txt"))
    assert remote.pull().returncode == 0
    (cached,) = (remote.root / "checkout/.dvc/cache").rglob("*.dir")
    cached.chmod(0o644)
    cached.write_bytes(damage)
    (remote.root / "checkout/folder/one.txt").unlink()

    assert remote.pull().returncode == 0
    assert (remote.root / "checkout/folder/one.txt").read_text() == "mine\n"


@pytest.mark.quick("object")
@pytest.mark.parametrize("place", ["object", "listing"])
def test_a_pipe_in_place_of_an_object_is_refused_and_not_waited_for(remote: Remote, place: str) -> None:
    file = remote.put(b"mine\n")
    listing = remote.lists((file, "one.txt"))
    stored = next((remote.root / "remote").rglob((file if place == "object" else listing)[2:] + "*"))
    stored.unlink()
    os.mkfifo(stored)

    done = remote.pull()

    assert done.returncode != 0
    assert not (remote.root / "checkout/folder/one.txt").exists()


def test_nothing_of_ours_starts_dvc_unchecked() -> None:
    """But for the author whom a rehearsal plays: a person calls `dvc`."""
    plain = [file for file in PACKAGE.rglob("*.py") if '"-m", "dvc"' in file.read_text(encoding="utf-8")]

    assert {file.parent.name for file in plain} == {"rehearse"}


def test_an_object_of_the_local_cache_counts_by_its_content(remote: Remote) -> None:
    """Read-only objects DVC believes unseen; a changed one is told, removed, and fetched again."""
    file = remote.put(b"mine\n")
    remote.lists((file, "one.txt"))
    assert remote.pull().returncode == 0
    cached = remote.root / "checkout/.dvc/cache/files/md5" / file[:2] / file[2:]
    times = cached.stat()
    cached.chmod(0o644)
    cached.write_bytes(b"evil\n")
    os.utime(cached, ns=(times.st_atime_ns, times.st_mtime_ns))
    cached.chmod(0o444)
    shutil.rmtree(remote.root / "checkout/folder")

    done = remote.pull()

    assert done.returncode == 0, done.stderr
    assert f"the cache's object {file} was changed" in done.stderr
    assert (remote.root / "checkout/folder/one.txt").read_text() == "mine\n"
    assert cached.read_bytes() == b"mine\n"


@pytest.mark.parametrize("mode", [0o444, 0o644])
def test_a_changed_object_stays_in_the_remote(remote: Remote, mode: int) -> None:
    """Who reads removes nothing there, in whatever mode it is kept, and says what is wrong with it."""
    file = remote.put(b"mine\n")
    wanted = {"outs": [{"md5": file, "hash": "md5", "path": "one.txt"}]}
    (remote.root / "checkout/folder.dvc").write_text(json.dumps(wanted))
    stored = remote.root / "remote/files/md5" / file[:2] / file[2:]
    stored.write_bytes(b"evil\n")
    stored.chmod(mode)

    done = remote.pull()

    assert done.returncode != 0
    assert f"the object {file} was changed where it is stored" in done.stderr
    assert stored.read_bytes() == b"evil\n"
    assert not (remote.root / "checkout/one.txt").exists()


def test_a_note_of_the_run_cache_counts_by_its_name(tmp_path: Path) -> None:
    """Another output in the note of a run: the stage runs again; an honest note is believed."""
    made = tmp_path / "checkout"
    (made / ".dvc").mkdir(parents=True)
    (made / ".dvc/config").write_text("[core]\nno_scm = true\n")
    (made / "rows").write_text("1\n")
    (made / "dvc.yaml").write_text("stages:\n  copy:\n    cmd: cp rows out\n    deps: [rows]\n    outs: [out]\n")

    def again(*, spoil: bool = False) -> str:
        for note in (made / ".dvc/cache/runs").glob("*/*/*") if spoil else ():
            head, _, outs = note.read_text().partition("outs:")
            digest = hashlib.md5(b"1\n").hexdigest()
            note.write_text(f"{head}outs:{outs.replace(digest, 'ab' * 16)}")
        for name in ("out", "dvc.lock"):
            (made / name).unlink(missing_ok=True)
        command = [sys.executable, "-P", "-m", "mlops_spec.engines.dvc.checked", "repro"]
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "PYTHONPATH": str(PACKAGE.parent)}
        done = subprocess.run(command, cwd=made, env=environment, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    again()
    assert "is cached - skipping run" in again()
    said = again(spoil=True)
    assert "the run cache's note" in said
    assert "Running stage 'copy'" in said
