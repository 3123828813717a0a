"""What a champion gate is told when no ledger can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.gates.case import Rival
from mlops_spec.gates.rivals import fetched
from mlops_spec.git import Git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path)
    git.run("init", "--quiet", "--initial-branch=main")
    git.run("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "--message=first")
    return git


def test_a_repository_that_was_never_pushed_has_no_champion(git: Git, tmp_path: Path) -> None:
    rival = fetched(git, tmp_path, ("credit-default", "production"), tmp_path / "package")

    assert isinstance(rival, Rival)
    assert rival.never_deployed
    assert rival.reason == "no champion yet: the repository was never pushed, so nothing is live"


def test_a_repository_with_releases_and_no_remote_can_not_tell(git: Git, tmp_path: Path) -> None:
    """Whoever takes the remote away must not get rid of the champion with it."""
    git.run("tag", "credit-default@v1.0.0")

    rival = fetched(git, tmp_path, ("credit-default", "production"), tmp_path / "package")

    assert isinstance(rival, Rival)
    assert not rival.never_deployed
    assert "there is no remote" in rival.reason
