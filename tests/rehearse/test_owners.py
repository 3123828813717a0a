"""A ruleset that asks for code owners is held: by the CODEOWNERS of the base, last match first, teams included."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.api import pulls
from mlops_spec.rehearse.hub.owners import owners_of

OWNERS = """\
* @bob
*.md @alice # words
/src/ @carol
docs/* @alice
deploy/** @acme/risk @bob
/src/free.py
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("model.yaml", ("bob",)),
        ("README.md", ("alice",)),
        ("deep/down/README.md", ("alice",)),
        ("src/train.py", ("carol",)),
        ("src/deep/train.py", ("carol",)),
        ("other/src/train.py", ("bob",)),
        ("docs/page.txt", ("alice",)),
        ("docs/deep/page.txt", ("bob",)),
        ("deploy/production.yaml", ("acme/risk", "bob")),
        ("deploy/a/b.yaml", ("acme/risk", "bob")),
        ("src/free.py", ()),
        ("src/free.py.txt", ("carol",)),
    ],
)
def test_the_last_pattern_decides(path: str, owners: tuple[str, ...]) -> None:
    assert owners_of(path, OWNERS) == owners


def test_without_the_file_nobody_owns() -> None:
    assert owners_of("model.yaml", "") == ()


@pytest.fixture
def guarded(stage: Any) -> Any:
    """Main asks for an approval, and for one of an owner."""
    stage.commit("main", ".github/CODEOWNERS", "* @bob\n/src/ @acme/risk\n")
    parameters = {"required_approving_review_count": 1, "require_code_owner_review": True}
    stage.guard({"type": "pull_request", "parameters": parameters})
    return stage


def merge(stage: Any, number: int) -> None:
    stage.as_("bob").send("PUT", f"/repos/acme/churn/pulls/{number}/merge", {}, needs="contents: write")


def approve(stage: Any, number: int, login: str) -> None:
    path = f"/repos/acme/churn/pulls/{number}/reviews"
    stage.as_(login).send("POST", path, {"event": "APPROVE"}, needs="pull-requests: write")


def opened(stage: Any, path: str) -> int:
    stage.commit("change", path, "new\n")
    number: int = pulls.create(stage.as_("alice"), title="Change", head="change", base="main", body="").number
    return number


@pytest.mark.parametrize(
    ("path", "other", "owner", "named"),
    [("model.yaml", "carol", "bob", "bob"), ("src/train.py", "bob", "carol", "acme/risk")],
)
def test_an_owner_of_each_file_must_approve(guarded: Any, path: str, other: str, owner: str, named: str) -> None:
    number = opened(guarded, path)
    approve(guarded, number, other)

    with pytest.raises(Failure, match=f"Waiting on code owner review from {named}") as caught:
        merge(guarded, number)
    assert "approving review is required" not in caught.value.message

    approve(guarded, number, owner)
    merge(guarded, number)
    assert pulls.get(guarded.as_("alice"), number).merged


def test_a_pull_request_can_not_name_its_own_owners(guarded: Any) -> None:
    guarded.commit("change", ".github/CODEOWNERS", "* @carol\n")
    number = opened(guarded, "model.yaml")
    approve(guarded, number, "carol")

    with pytest.raises(Failure, match="Waiting on code owner review from bob"):
        merge(guarded, number)
