"""A remote with a ledger, and the forge beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.git import Git, Update
from mlops_spec.ledger import Outcome
from mlops_spec.ledger.record import Actor, Draft, FromWhat, GateResult, Package, Record, TagObject, What, Who, Why
from mlops_spec.ledger.who import agent
from mlops_spec.monitor.state import check_ledger, check_state
from mlops_spec.rehearse.hub import Hub, Person, serving
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.release.rollback import newest_main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALICE = Who(actor=Actor(login="alice", id=101, kind="human"))
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SPEC = """\
spec: 1
model: churn
task: regression
owners: ["@alice"]
data: {path: data/churn.csv, target: left, id: id, contract: {rows: {min: 2}}}
train: {run: python -m churn.train, predictor: "churn.predict:load"}
gates: [{metric: r2, min: 0.5}]
environments:
  staging: {after: merge}
  production: {after: staging}
"""
DEPLOY = {
    "deploy/staging.yaml": "environment: staging\nmodel: churn\nfollow: registered\n",
    "deploy/production.yaml": "environment: production\nmodel: churn\nversion: null\ndigest: null\nserial: 0\n"
    "base_serial: 0\nbase_digest: null\nevidence: []\n",
}
DIGEST = "sha256:" + "1" * 64
PEOPLE = (Person("github-actions[bot]", 4, "token", type="Bot"), Person("app[bot]", 5, "app-token", type="Bot"))


@dataclass
class World:
    git: Git
    hub: Hub
    api: str
    now: datetime = START
    digest: str = DIGEST

    def findings(self, **later: float) -> dict[str, tuple[str, ...]]:
        whole = check_ledger(self.git)
        checks = () if whole.findings else check_state(newest_main(self.git, now=START + timedelta(**later)))
        return {check.name: check.findings for check in (whole, *checks)}

    def put(self, draft: Draft, *updates: Update) -> Record:
        (record,), _ = ledger.append(self.git, ledger.head(self.git), [draft], updates=updates, now=self.now)
        return record

    def register(self, version: str) -> None:
        main = self.git.commit_id("main")
        tag = self.git.write_tag(f"churn@{version}", main, message=f"{version}\n", when=START)
        named = TagObject(name=f"churn@{version}", object=tag, target=main)
        what = What(model="churn", version=version, package=Package(digest=self.digest), tag=named)
        gates = (GateResult(id="r2", kind="metric", verdict="pass"),)
        draft = Draft(
            event="register", who=ALICE, what=what, why=Why(kind="change", gates=gates), from_what=FromWhat(commit=main)
        )
        self.put(draft, Update(f"refs/tags/churn@{version}", tag, None))

    def stage(self, version: str, serial: int, result: Any = "succeeded") -> Record:
        what = What(
            model="churn",
            version=version,
            environment="staging",
            package=Package(digest=self.digest),
            serial=serial,
            base_serial=serial - 1,
        )
        intent = self.put(Draft(event="deploy.intent", who=ALICE, what=what))
        if result:
            ledger.append_outcome(self.git, intent, Outcome(result), who=agent("staging"), now=self.now)
        return intent


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    origin = Origin.create(tmp_path / "origin.git")
    hub = Hub("acme/churn", origin, PEOPLE, "https://github.com")
    Git(tmp_path).run("clone", "--quiet", str(origin.path), "clone")
    git = Git.open(tmp_path / "clone")
    files = {"model.yaml": SPEC.encode(), **{name: text.encode() for name, text in DEPLOY.items()}}
    commit = git.write_commit(git.write_tree(None, files), message="Begin", when=START)
    git.push(Update("refs/heads/main", commit, None))
    git.run("checkout", "--quiet", "-B", "main", commit)
    with serving(hub) as api:
        yield World(git, hub, api)
