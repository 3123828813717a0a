"""Promoters are processes of their own: each ends with its command's exit code, and leaves what it printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit
from mlops_spec.rehearse.promoters import Promoter, race

if TYPE_CHECKING:
    from pathlib import Path


def test_each_has_its_own_exit_code_and_log(tmp_path: Path) -> None:
    promoters = [Promoter(tmp_path / name, version, {}) for name, version in (("a", "v1.0.0"), ("b", "v1.0.1"))]
    for promoter in promoters:
        promoter.clone.mkdir()
    looked: list[None] = []
    codes = race(promoters, "production", lambda: looked.append(None))

    assert codes == [Exit.CONFIG, Exit.CONFIG]
    assert looked
    for promoter in promoters:
        assert f"{promoter.clone} is not in a git repository" in promoter.said
