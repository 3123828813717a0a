"""Approvals: the reviews of a pull request that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlops_spec.platforms.github.api.shapes import Review

_DECIDING = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}  # a plain comment takes nothing back


def counted(reviews: list[Review], *, head_sha: str, nobody_of: Collection[str] = ()) -> list[Review]:
    """The approvals that hold: each person's last decision, given on `head_sha`, by a person not in `nobody_of`.

    `nobody_of` has the logins that may not approve: the pull request's author, and with separation of duties whoever
    wrote the change that it brings out. A bot's approval never counts, nor does one of a deleted account.
    """
    barred = {login.lower() for login in nobody_of}
    last: dict[int, Review] = {}
    for review in reviews:
        if review.user is not None and review.user.type == "User" and review.state in _DECIDING:
            last[review.user.id] = review
    return [
        review
        for review in last.values()
        if review.state == "APPROVED"
        and review.commit_id == head_sha
        and review.user is not None
        and review.user.login.lower() not in barred
    ]


def wanted_changes(reviews: list[Review]) -> list[str]:
    """The logins whose last decision asks for changes, on whichever commit: such a pull request is not approved."""
    last = {r.user.login: r.state for r in reviews if r.user is not None and r.state in _DECIDING}
    return sorted(login for login, state in last.items() if state == "CHANGES_REQUESTED")
