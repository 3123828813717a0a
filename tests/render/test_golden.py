"""Whole rendered trees, as they are to be."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from mlops_spec.outputs.rendered import rendered
from mlops_spec.render.write import write

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec


def texts(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_a_case_is_rendered_as_expected(case: Path, repository: Path, spec: Spec, update: bool) -> None:
    write(repository, rendered(repository, spec))
    if update:
        shutil.rmtree(case / "expected", ignore_errors=True)
        shutil.copytree(repository, case / "expected")

    expected, found = texts(case / "expected"), texts(repository)

    assert found.keys() == expected.keys()
    for path in expected:
        assert found[path] == expected[path], path


def test_rendering_again_changes_nothing(repository: Path, spec: Spec) -> None:
    write(repository, rendered(repository, spec))
    before = {path: path.stat().st_mtime_ns for path in repository.rglob("*")}

    assert write(repository, rendered(repository, spec)) == ()
    assert {path: path.stat().st_mtime_ns for path in repository.rglob("*")} == before
