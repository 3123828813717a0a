"""Nothing is written through a link that leads out of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.files import followed, write_atomic
from mlops_spec.lint import write_file
from mlops_spec.pipeline.places import check_places

if TYPE_CHECKING:
    from pathlib import Path


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
        check_places(repository, {})
    assert raised.value.exit_code == Exit.CONFIG
    with pytest.raises(Failure, match="leads out"):
        write_atomic(repository / link / "deep/gate.json", b"")
    assert list((repository.parent / "outside").iterdir()) == []


def test_a_stage_of_ones_own_does_not_either(repository: Path) -> None:
    (repository / "features").symlink_to(repository.parent / "outside")
    with pytest.raises(Failure, match="features is a symbolic link"):
        check_places(repository, {"features": {"outs": ["features/rows.parquet"], "deps": []}})


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
