"""Packages on the host are whole or not there."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.deploy.store import Store
from mlops_spec.engines.dvc.fetch import Fetcher
from mlops_spec.errors import Exit, Failure
from mlops_spec.targets.local.retention import prune

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import World


def copying(source: Path) -> Callable[[Path], None]:
    return lambda folder: shutil.copytree(source, folder) and None


def test_a_package_is_fetched_once(world: World) -> None:
    digest = world.release("v1.0.0", on_host=False)
    store = Store(world.root / "packages")

    path = store.ensure(digest, copying(world.root / "built/v1.0.0"))

    assert path == store.ensure(digest, lambda folder: pytest.fail("it was there already"))
    assert [entry.name for entry in store.folder.iterdir()] == [digest.removeprefix("sha256:")]


def test_what_breaks_off_leaves_nothing(world: World) -> None:
    digest = world.release("v1.0.0", on_host=False)
    store = Store(world.root / "packages")

    def breaks(folder: Path) -> None:
        folder.mkdir()
        (folder / "manifest.json").write_text("{")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        store.ensure(digest, breaks)

    assert list(store.folder.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_packages_that_nobody_needs(world: World) -> None:
    store = Store(world.root / "packages")
    kept, dropped = (
        world.release(version, on_host=False, value=value) for version, value in (("v1.0.0", 0.1), ("v1.0.1", 0.2))
    )
    store.ensure(kept, copying(world.root / "built/v1.0.0"))
    store.ensure(dropped, copying(world.root / "built/v1.0.1"))
    (store.folder / ".partial-abc").mkdir()

    store.keep({kept})

    assert [entry.name for entry in store.folder.iterdir()] == [kept.removeprefix("sha256:")]


def released(world: World) -> str:
    world.release("v1.0.0", on_host=False)
    world.git.fetch("refs/tags/demo@v1.0.0:refs/tags/demo@v1.0.0")
    return world.git.commit_id("refs/tags/demo@v1.0.0")


def test_the_remote_of_this_host_comes_before_the_repositorys(world: World) -> None:
    commit = released(world)
    moved = shutil.move(world.remote, world.root / "elsewhere")

    Fetcher(world.git, str(moved)).fetch(commit, world.root / "package")

    assert (world.root / "package/manifest.json").read_bytes() == (
        world.root / "built/v1.0.0/manifest.json"
    ).read_bytes()
    assert sorted(path.name for path in world.root.glob(".checkout-*")) == []


def test_a_commit_that_locks_nothing(world: World) -> None:
    with pytest.raises(Failure, match=r"has no dvc\.lock") as failure:
        Fetcher(world.git).fetch(world.commit, world.root / "package")

    assert failure.value.exit_code == Exit.CONFIG


@pytest.mark.parametrize(
    "lock", ["stages: {}", "stages: [package]", "stages: {package: {outs: [build/model]}}", "schema: '2.0'"]
)
def test_a_lock_without_a_package(world: World, lock: str) -> None:
    world.main({"dvc.lock": lock.encode()})

    with pytest.raises(Failure, match=r"dvc\.lock of commit .* has no build/package") as failure:
        Fetcher(world.git).fetch(world.commit, world.root / "package")

    assert failure.value.exit_code == Exit.CONFIG


def test_a_repository_without_a_default_remote(world: World) -> None:
    world.main({".dvc/config": b"[core]\n"})
    commit = released(world)

    with pytest.raises(Failure, match="names no default remote") as failure:
        Fetcher(world.git).fetch(commit, world.root / "package")

    assert failure.value.exit_code == Exit.CONFIG


def test_old_predictions_are_removed(tmp_path: Path) -> None:

    for name, age in (("predictions-a.jsonl", 100), ("predictions-b.jsonl", 10), ("other.txt", 100)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))

    prune(tmp_path, 50)
    prune(tmp_path / "nowhere", 50)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.txt", "predictions-b.jsonl"]
