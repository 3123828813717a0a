"""Which histories of reviews approve a pull request: alice opened it, `a1` is its head."""

from __future__ import annotations

import pytest

from mlops_spec.platforms.github.api.approvals import counted, wanted_changes
from mlops_spec.platforms.github.api.shapes import Account, Review

PEOPLE = {"alice": 1, "bob": 2, "carol": 3, "robot": 4}
STATES = {"+": "APPROVED", "-": "CHANGES_REQUESTED", "~": "COMMENTED", "x": "DISMISSED", "?": "PENDING"}


def history(text: str) -> list[Review]:
    """`bob+a1 carol-a0`: who, what (`+` approves, `-` wants changes, `~` comments, `x` dismissed), on which commit."""
    reviews = []
    for number, word in enumerate(text.split()):
        sign = next(char for char in word if char in STATES)
        login, commit = word.split(sign)
        kind = "Bot" if login == "robot" else "User"
        user = None if login == "ghost" else Account(login=login, id=PEOPLE[login.lower()], type=kind)
        reviews.append(Review(id=number, user=user, state=STATES[sign], commit_id=commit or None))
    return reviews


@pytest.mark.parametrize(
    ("reviews", "approvers"),
    [
        ("", []),
        ("bob+a1", ["bob"]),
        ("bob+a0", []),  # an older head
        ("bob+", []),  # on no commit
        ("alice+a1", []),  # her own
        ("Alice+a1", []),  # however it is written
        ("robot+a1", []),
        ("ghost+a1", []),
        ("bob~a1", []),
        ("bob?a1", []),
        ("bob-a1", []),
        ("bobxa1", []),
        ("bob+a1 bob+a1", ["bob"]),  # one person counts once
        ("bob+a1 carol+a1", ["bob", "carol"]),
        ("bob+a1 bob~a1", ["bob"]),  # a comment takes nothing back
        ("bob+a1 bob?a1", ["bob"]),
        ("bob+a1 bob-a1", []),
        ("bob+a1 bobxa1", []),
        ("bob-a1 bob+a1", ["bob"]),
        ("bob+a0 bob+a1", ["bob"]),
        ("bob+a1 bob+a0", []),  # the last one was given on an older head
        ("bob+a1 carol-a1", ["bob"]),
        ("bob+a0 carol+a1", ["carol"]),
        ("alice+a1 bob+a1 robot+a1 ghost+a1", ["bob"]),
    ],
)
def test_who_counts(reviews: str, approvers: list[str]) -> None:
    found = counted(history(reviews), head_sha="a1", nobody_of={"alice"})

    assert [review.user.login for review in found if review.user] == approvers


def test_separation_of_duties_bars_whoever_wrote_the_change() -> None:
    found = counted(history("bob+a1 carol+a1"), head_sha="a1", nobody_of={"alice", "BOB"})

    assert [review.user.login for review in found if review.user] == ["carol"]


@pytest.mark.parametrize(
    ("reviews", "logins"),
    [("bob-a0", ["bob"]), ("bob-a0 bob~a1", ["bob"]), ("bob-a0 bob+a1", []), ("bob-a0 bobxa0", []), ("bob+a1", [])],
)
def test_wanted_changes_stand_until_their_author_lifts_them(reviews: str, logins: list[str]) -> None:
    assert wanted_changes(history(reviews)) == logins
