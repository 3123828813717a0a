"""A local forge with three people and a contributor's branch, and a machine for its workflows."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.platforms.github.api import GitHub
from mlops_spec.rehearse import events
from mlops_spec.rehearse.act import Runner
from mlops_spec.rehearse.hub import Hub, Person, identity, serving
from mlops_spec.rehearse.hub.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.rehearse.hub.server import Exchange
    from mlops_spec.rehearse.run import Run

APP_MAY = {"contents": "write", "pull-requests": "write"}
PEOPLE = (
    Person("alice", 101, "alice-token"),
    Person("bob", 102, "bob-token"),
    Person("carol", 103, "carol-token", role="admin"),
    Person("eve", 104, "eve-token", role="read"),
    Person("github-actions[bot]", 41898282, "run-token", type="Bot"),
    Person("promoter[bot]", 105, "app-token", type="Bot", permissions=APP_MAY, key="app-key"),
)


def git(directory: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=alice", "-c", "user.email=101+alice@users.noreply.github.com", *args]
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout.strip()


@dataclass
class Stage:
    """The forge, a clone to work in, and everything that was said to the forge."""

    hub: Hub
    clone: Path
    api_url: str
    exchanges: list[Exchange] = field(default_factory=list)

    def as_(self, login: str) -> GitHub:
        person = self.hub.person(login)
        assert person is not None
        return GitHub(self.hub.repository, person.token, self.api_url, sleep=lambda _: None)

    def guard(self, *rules: dict[str, Any], ref: str = "refs/heads/main", **more: Any) -> None:
        """A ruleset for references, in force from now on."""
        target = "tag" if ref.startswith("refs/tags/") else "branch"
        conditions = {"ref_name": {"include": [ref], "exclude": []}}
        ruleset = {"name": ref, "target": target, "enforcement": "active", "conditions": conditions, "rules": [*rules]}
        self.hub.settings.rulesets[self.hub.next_id()] = {**ruleset, **more}

    def commit(self, branch: str, path: str, text: str) -> str:
        """A commit on a branch (made from main when new), pushed."""
        exists = git(self.clone, "branch", "--list", branch)
        git(self.clone, "switch", "--quiet", branch) if exists else git(self.clone, "switch", "-qc", branch, "main")
        (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
        (self.clone / path).write_text(text)
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--message", f"Change {path}")
        git(self.clone, "push", "--quiet", "origin", branch)
        return git(self.clone, "rev-parse", "HEAD")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    origin = Origin.create(tmp_path / "acme" / "churn.git")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", origin.path, clone], check=True, capture_output=True)
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "Start")
    git(clone, "push", "--quiet", "origin", "HEAD:main")
    git(clone, "switch", "--quiet", "-C", "main")
    hub = Hub("acme/churn", origin, PEOPLE, "https://github.com", teams={"acme/risk": ("carol",)})
    stage = Stage(hub, clone, "")
    with serving(hub, stage.exchanges.append) as url:
        stage.api_url = url
        yield stage


class Machine:
    """The stage's repository with workflows in it, and a runner for them."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.lines = stage, list[str]()
        stage.hub.server_url = stage.api_url
        (folder / "home").mkdir()
        stage.hub.settings.secrets[""] = {"MLOPS_APP_KEY": "app-key"}
        stage.hub.settings.variables[""] = {"MLOPS_APP_CLIENT_ID": "Iv1.test"}
        self.runner = Runner(
            hub=stage.hub,
            api_url=stage.api_url,
            runs=folder / "runs",
            home=folder / "home",
            environments=folder / "environments",
            own=lambda job: identity.environment(job, stage.api_url),
        )

    def push(self, number: int = 7, /, **files: str) -> Run:
        before = self.stage.hub.origin.branch("main")
        for name, text in files.items():
            self.stage.commit("main", f".github/workflows/{name}.yml", text)
        alice = self.stage.hub.person("alice")
        event = events.push(self.stage.hub, before, alice, self.stage.api_url)
        return self.runner.run("test.yml", event, number, self.lines.append)


@pytest.fixture
def machine(stage: Stage, tmp_path: Path) -> Machine:
    return Machine(stage, tmp_path)
