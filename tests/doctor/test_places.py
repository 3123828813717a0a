"""The environments by which pull requests read private data: entered by all of them, or as somebody lets them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.platforms.github.doctor.examine import examine
from mlops_spec.rehearse.hub import Hub, serving
from mlops_spec.rehearse.hub.origin import Origin

from .conftest import PEOPLE, SPEC, Clinic, wanted_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BY_SECRETS = "{secrets: {read: [STORE_KEY], write: [STORE_KEY]}}"
STORED = SPEC + f"storage: {{url: 's3://churn-data/x', sign_in: {BY_SECRETS}, pull_requests: read}}\n"
BRANCHES = {"protected_branches": False, "custom_branch_policies": True}


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Clinic]:
    """A repository whose pull requests read with secrets, as the doctor's own calls leave it."""
    hub = Hub("acme/churn", Origin(tmp_path), PEOPLE, "https://github.com", _last_id=1000)
    with serving(hub) as api:
        clinic = Clinic(hub, api, wanted_by(STORED))
        clinic.heal()
        for environment in hub.settings.environments.values():
            environment["can_admins_bypass"] = False
        yield clinic


def of(clinic: Clinic, name: str) -> dict[str, str]:
    found = clinic.results()
    return {each: found[each].verdict for each in found if each.startswith(f"environment/{name}/")}


def test_its_own_calls_put_both_right(stored: Clinic) -> None:
    assert of(stored, "reading") == {"environment/reading/pull-requests": "met"}
    assert of(stored, "pull-requests") == {
        f"environment/pull-requests/{each}": "met" for each in ("branches", "reviewers", "self-review", "bypass")
    }
    reviewers = {each["id"] for each in stored.settings.environments["pull-requests"]["reviewers"]}
    assert reviewers == {102, 103}  # the owners


@pytest.mark.parametrize(
    ("place", "change", "control"),
    [
        ("reading", {"branches": BRANCHES, "policies": [{"id": 1, "name": "main", "type": "branch"}]}, "pull-requests"),
        ("pull-requests", {"branches": None}, "branches"),
        ("pull-requests", {"reviewers": []}, "reviewers"),
        ("pull-requests", {"prevent_self_review": False}, "self-review"),
    ],
)
def test_what_keeps_pull_requests_out_or_lets_them_in_unseen_is_found_and_mended(
    stored: Clinic, place: str, change: dict[str, Any], control: str
) -> None:
    stored.settings.environments[place].update(change)

    assert [each for each, said in of(stored, place).items() if said == "missing"][:1] == [
        f"environment/{place}/{control}"
    ]
    stored.heal()
    assert set(of(stored, place).values()) == {"met"}


def test_an_environment_that_is_missing_is_said(stored: Clinic) -> None:
    del stored.settings.environments["reading"]

    assert of(stored, "reading") == {"environment/reading/pull-requests": "missing"}


def test_a_private_repository_is_told_who_lets_code_in(stored: Clinic) -> None:
    stored.settings.private = True
    stored.settings.environments["pull-requests"]["reviewers"] = []

    found = {each.control.id: each for each in examine(stored.github(), stored.wanted)[1]}

    said = found["environment/pull-requests/reviewers"]
    assert said.verdict != "met"
    assert "by starting mlops-try" in str(said.why)


def test_only_a_spec_whose_pull_requests_read_has_them() -> None:
    names = {place.name for place in wanted_by().places}
    assert not names & {"reading", "pull-requests"}
