"""A maintainer's trial of a pull request: of the commit that was pinned, as the check that main requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from mlops_spec.cli.trial import trial_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import pulls, statuses
from mlops_spec.platforms.github.checks import CHECKS
from mlops_spec.release.propose import propose
from mlops_spec.review.trial import CONTEXT, begin, end

if TYPE_CHECKING:
    from .conftest import House


def states(house: House, commit: str) -> list[str]:
    return [each.state for each in statuses.of_commit(house.github(), commit) if each.context == CONTEXT]


def test_a_trial_says_of_the_pinned_commit_that_it_waits_and_then_what_became_of_it(staged: House) -> None:
    done = propose(staged.git, staged.github(), "production", "v1.0.0", now=staged.now)
    assert done.pull_request is not None
    head = pulls.get(staged.github(), done.pull_request).head.sha

    begun = begin(staged.github(), done.pull_request, link="https://example.org/run")

    assert begun.head == head
    assert states(staged, head)[0] == "pending"
    assert not end(staged.github(), begun.head, "skipped")
    assert states(staged, head)[0] == "failure"
    assert end(staged.github(), begun.head, "success")
    assert states(staged, head)[0] == "success"


def test_a_closed_pull_request_is_not_tried(staged: House) -> None:
    done = propose(staged.git, staged.github(), "production", "v1.0.0", now=staged.now)
    assert done.pull_request is not None
    pulls.update(staged.github("carol"), done.pull_request, state="closed")

    with pytest.raises(Failure, match="is closed") as refused:
        begin(staged.github(), done.pull_request)
    assert refused.value.exit_code == Exit.USAGE


def test_the_trial_stands_for_the_check_that_a_fork_skips() -> None:
    assert CONTEXT in CHECKS


@pytest.mark.parametrize("commit", ["main", "../../../user", "a" * 39, f"{'a' * 40}\n::error::b", "A" * 40])
def test_what_is_no_commit_is_asked_of_nobody(commit: str) -> None:
    with pytest.raises(click.BadParameter, match="is no commit's id"):
        trial_command.main(["end", "--commit", commit, "--result", "success"], standalone_mode=False)
