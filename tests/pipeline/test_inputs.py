"""Inputs: what they are, and whether they stood still."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.declared import stages_of
from mlops_spec.engines.dvc.pointers import check_tracked
from mlops_spec.engines.inputs import changed, input_paths, see
from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import SPEC

if TYPE_CHECKING:
    from pathlib import Path

PIPELINE = """\
stages:
  split:
    cmd: x
    deps: [data/rows.csv, uv.lock]
    outs: [build/data/train.parquet, {build/data/split.json: {cache: false}}]
  train:
    cmd: x
    deps: [build/data, src]
    outs: [build/model]
  evaluate:
    cmd: x
    deps: [build/model, src]
    metrics: [build/evaluation.json]
    plots: [build/plots]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("data", "src/churn/__pycache__", "build/data"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("data/rows.csv", "uv.lock", "src/churn/train.py", "src/churn/__pycache__/train.pyc", "model.yaml"):
        (tmp_path / name).write_text(name)
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    return tmp_path


def paths(root: Path) -> tuple[str, ...]:
    return input_paths(stages_of(root), SPEC, PurePosixPath("dvc.yaml"))


def test_inputs_are_what_is_read_and_never_written(root: Path) -> None:
    assert paths(root) == ("model.yaml", "dvc.yaml", "data/rows.csv", "uv.lock", "src")


def test_files_of_folders_count_but_not_bytecode(root: Path) -> None:
    assert set(see(root, paths(root))) == {"model.yaml", "dvc.yaml", "data/rows.csv", "uv.lock", "src/churn/train.py"}


def test_untouched_inputs_have_not_changed(root: Path) -> None:
    before = see(root, paths(root))
    (root / "src/churn/__pycache__/other.pyc").write_text("x")

    assert changed(root, paths(root), before) == []


def test_the_same_content_written_again_is_no_change(root: Path) -> None:
    before = see(root, paths(root))
    (root / "uv.lock").unlink()
    (root / "uv.lock").write_text("uv.lock")

    assert changed(root, paths(root), before) == []


def test_files_that_came_went_or_changed_are_named(root: Path) -> None:
    before = see(root, paths(root))
    (root / "src/churn/new.py").touch()
    (root / "uv.lock").unlink()
    (root / "model.yaml").write_text("other text")

    assert changed(root, paths(root), before) == ["model.yaml", "src/churn/new.py", "uv.lock"]


def test_a_change_with_size_and_time_set_back_is_seen(root: Path) -> None:
    before = see(root, paths(root))
    stat = (root / "data/rows.csv").stat()
    (root / "data/rows.csv").write_text("DATA/rows.csv")
    os.utime(root / "data/rows.csv", ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert changed(root, paths(root), before) == ["data/rows.csv"]


def pointer(md5: str) -> str:
    return f"outs:\n- md5: {md5}\n  size: 13\n  hash: md5\n  path: rows.csv\n"


def test_tracked_data_must_be_what_git_knows(root: Path) -> None:
    seen = see(root, paths(root))
    (root / "data/rows.csv.dvc").write_text(pointer(seen["data/rows.csv"].md5))
    check_tracked(root, seen)

    (root / "data/rows.csv.dvc").write_text(pointer("0" * 32))
    with pytest.raises(Failure, match=r"rows\.csv is not the file that data/rows\.csv\.dvc records") as caught:
        check_tracked(root, seen)
    assert caught.value.exit_code == Exit.FINDINGS
    assert "dvc add data/rows.csv" in caught.value.remedy


@pytest.mark.parametrize("text", [None, "stages:\n", "{", "[]", "stages: {"])
def test_a_pipeline_that_is_no_pipeline(root: Path, text: str | None) -> None:
    (root / "dvc.yaml").unlink()
    if text is not None:
        (root / "dvc.yaml").write_text(text)

    with pytest.raises(Failure, match=r"dvc\.yaml") as caught:
        stages_of(root)
    assert caught.value.exit_code == Exit.CONFIG
