"""A repository on the local forge, set up right: by the doctor's own calls."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from mlops_spec.document.parse import parse
from mlops_spec.platforms.github.api import GitHub
from mlops_spec.platforms.github.doctor.examine import calls, examine
from mlops_spec.platforms.github.doctor.expected import Expected, expected
from mlops_spec.platforms.github.doctor.say import as_calls
from mlops_spec.rehearse.hub import Hub, Person, serving
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.spec import Spec
from mlops_spec.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.platforms.github.doctor.control import Result
    from mlops_spec.rehearse.hub.configured import Configured

PEOPLE = (
    Person("alice", 101, "alice-token"),
    Person("bob", 102, "bob-token"),
    Person("carol", 103, "carol-token", role="admin"),
    Person("eve", 104, "eve-token"),
)
SPEC = """\
spec: 1
model: churn
task: binary-classification
owners: ["@bob", "@carol"]
data: {path: data/churn.csv, target: left, positive: 1, id: id}
train: {run: python -m churn.train, predictor: "churn.predict:load"}
gates: [{metric: roc_auc, min: 0.7}]
environments:
  staging: {after: merge}
  production: {after: staging, promote: {approvals: 2, approvers: ["@bob", "@carol"]}}
monitor: {}
"""


@cache
def wanted_by(text: str = SPEC) -> Expected:
    """What a spec relies on; its files are rendered once."""
    found = validate(parse("model.yaml", text))  # type: ignore[arg-type]
    assert isinstance(found, Spec), found
    return expected(found)


@dataclass
class Clinic:
    """The forge and what the doctor says of it."""

    hub: Hub
    api: str
    wanted: Expected

    @property
    def settings(self) -> Configured:
        return self.hub.settings

    def github(self, login: str = "carol") -> GitHub:
        person = self.hub.person(login)
        assert person
        return GitHub(self.hub.repository, person.token, self.api, sleep=lambda _: None)

    def results(self, login: str = "carol") -> dict[str, Result]:
        return {result.control.id: result for result in examine(self.github(login), self.wanted)[1]}

    def wrong(self, login: str = "carol") -> dict[str, str]:
        """id → verdict of all that is not met."""
        return {name: each.verdict for name, each in self.results(login).items() if each.verdict != "met"}

    def heal(self) -> None:
        """Makes the calls that the doctor writes down."""
        github = self.github()
        snapshot, results = examine(github, self.wanted)
        for call in json.loads(as_calls(self.hub.repository, calls(snapshot, results))):
            github.send(call["method"], call["path"], call["body"], needs="administration: write")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Clinic]:
    """A repository as an organization makes it, without any settings of ours."""
    hub = Hub("acme/churn", Origin(tmp_path), PEOPLE, "https://github.com", _last_id=1000)
    with serving(hub) as api:
        yield Clinic(hub, api, wanted_by())


@pytest.fixture(scope="session")
def right(tmp_path_factory: pytest.TempPathFactory) -> Configured:
    """All settings as the doctor's own calls leave them, and the one that only a person can set."""
    hub = Hub(
        "acme/churn", Origin.create(tmp_path_factory.mktemp("forge") / "origin.git"), PEOPLE, "https://github.com"
    )
    with serving(hub) as api:
        Clinic(hub, api, wanted_by()).heal()
    for environment in hub.settings.environments.values():
        environment["can_admins_bypass"] = False
    return hub.settings


@pytest.fixture
def clinic(fresh: Clinic, right: Configured) -> Clinic:
    """One where everything is as it must be."""
    fresh.hub.settings = deepcopy(right)
    return fresh
