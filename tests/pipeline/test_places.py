"""Nothing is written through a link that leads out of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

import mlops_spec
from mlops_spec.engines.dvc.engine import Dvc
from mlops_spec.engines.dvc.places import check_engine
from mlops_spec.engines.stage import Stage
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.specs import write_file
from mlops_spec.pipeline.checkout_lock import checkout_lock
from mlops_spec.pipeline.places import check_places
from mlops_spec.system.files import followed, make_folder, new_folder, write_atomic


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    return root


@pytest.mark.parametrize("link", ["build", "build/data", "build/package", ".dvc"])
def test_a_run_does_not_write_behind_a_link(repository: Path, link: str) -> None:
    (repository / link).parent.mkdir(exist_ok=True)
    (repository / link).symlink_to(repository.parent / "outside")

    with pytest.raises(Failure, match=f"{link} is a symbolic link that leads out of the repository") as raised:
        check_places(repository, ())
    assert raised.value.exit_code == Exit.CONFIG
    with pytest.raises(Failure, match="leads out"):
        write_atomic(repository / link / "deep/gate.json", b"")
    assert list((repository.parent / "outside").iterdir()) == []


@pytest.mark.parametrize("link", ["cache", "cache/files", "cache/files/md5", "cache/runs", "tmp/lock", "tmp/rwlock"])
def test_dvc_does_not_write_behind_a_link(repository: Path, link: str) -> None:
    (repository / ".dvc" / link).parent.mkdir(parents=True)
    (repository / ".dvc" / link).symlink_to(repository.parent / "outside")

    with pytest.raises(Failure, match=f".dvc/{link} is a symbolic link that leads out") as raised:
        Dvc(repository).run(lambda _: None, seconds=60)
    assert raised.value.exit_code == Exit.CONFIG


def test_nor_does_who_locks_the_checkout(repository: Path) -> None:
    (repository / "run.lock").symlink_to(repository.parent / "outside/run.lock")
    with pytest.raises(Failure, match="leads out"), checkout_lock(repository / "run.lock", wait=0):
        raise AssertionError("nothing is locked")
    assert list((repository.parent / "outside").iterdir()) == []


def test_links_within_the_repository_are_dvc_s_own_matter(repository: Path) -> None:
    (repository / ".dvc/cache").mkdir(parents=True)
    (repository / "large").mkdir()
    (repository / ".dvc/cache/files").symlink_to(repository / "large")

    check_engine(repository)


def test_a_folder_is_made_on_this_side_of_a_link(repository: Path) -> None:
    (repository / "dist").symlink_to(repository.parent / "outside")
    with pytest.raises(Failure, match="dist is a symbolic link that leads out"):
        make_folder(repository / "dist/cloud")
    for folder in (repository / "dist", repository / "dist/new"):
        with pytest.raises(Failure, match="dist is a symbolic link that leads out"), new_folder(folder):
            raise AssertionError("nothing is filled in")
    assert list((repository.parent / "outside").iterdir()) == []


# Below what a host keeps, a folder that was just made, or a temporary one.
OTHERS = ("deploy/", "targets/", "start/new/", "rehearse/", "engines/dvc/", "system/files.py")


def test_every_folder_is_made_by_one_function() -> None:
    root = Path(mlops_spec.__file__).parent
    makers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if ".mkdir(" in path.read_text() and not str(path.relative_to(root)).startswith(OTHERS)
    }
    assert makers == {"render/write/tree.py"}  # enters the repository step by step


def test_a_stage_of_ones_own_does_not_either(repository: Path) -> None:
    (repository / "features").symlink_to(repository.parent / "outside")
    with pytest.raises(Failure, match="features is a symbolic link"):
        check_places(repository, [Stage("features", "x", (), ("features/rows.parquet",), ())])


def test_a_spec_behind_a_link_is_fixed_in_the_repository_alone(repository: Path) -> None:
    (repository.parent / "outside/model.yaml").write_text("old")
    (repository / "model.yaml").symlink_to(repository.parent / "outside/model.yaml")
    with pytest.raises(Failure, match="leads out of the repository"):
        write_file(str(repository / "model.yaml"), b"new")
    assert (repository.parent / "outside/model.yaml").read_text() == "old"

    (repository / "specs").mkdir()
    (repository / "specs/model.yaml").write_text("old")
    (repository / "inner.yaml").symlink_to("specs/model.yaml")
    write_file(str(repository / "inner.yaml"), b"new")
    assert (repository / "specs/model.yaml").read_text() == "new"
    assert (repository / "inner.yaml").is_symlink()


def test_a_link_to_another_repository_leads_out_as_well(repository: Path) -> None:
    (repository.parent / "outside/.git").mkdir()
    (repository / "sub").symlink_to(repository.parent / "outside")
    with pytest.raises(Failure, match="leads out of the repository"):
        followed(repository / "sub/model.yaml")
