"""A small model's repository, its remote, and the forge beside it."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.errors import Failure
from mlops_spec.git import Git, Update
from mlops_spec.ledger import Outcome
from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.record import Actor, Who
from mlops_spec.ledger.who import agent
from mlops_spec.package import manifest
from mlops_spec.platforms.github.api import GitHub
from mlops_spec.rehearse.hub import Hub, Person, serving
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.release.ask import Waiting, ask
from mlops_spec.release.bundle import Bundle, read_bundle
from mlops_spec.release.promotion import follow
from mlops_spec.release.register import Registration, register
from mlops_spec.release.world import look

from ..bundles import bundle_files, pipeline, sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlops_spec.ledger import Record
    from mlops_spec.release.promotion import Wish

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ALICE = Who(actor=Actor(login="alice", id=101, kind="human"))
PEOPLE = (
    Person("alice", 101, "alice-token"),
    Person("bob", 102, "bob-token"),
    Person("carol", 103, "carol-token", role="admin"),
    Person("github-actions[bot]", 41898282, "bot-token", type="Bot"),
)
SPEC = """\
spec: 1
model: churn
task: binary-classification
owners: ["@bob", "@carol"]
data: {path: data/churn.csv, target: left, positive: 1, id: id}
train: {run: python -m churn.train, params: {rate: 0.1}, predictor: "churn.predict:load"}
gates: [{metric: roc_auc, min: 0.7}]
environments:
  staging: {after: merge}
  production: {after: staging, promote: {approvals: 1, soak: 1h}}
"""
FOLLOWING = "environment: staging\nmodel: churn\nfollow: registered\n"
PROMOTED = """\
environment: production
model: churn
version: null
digest: null
serial: 0
base_serial: 0
base_digest: null
evidence: []
"""
WAIVER = """\
governance:
  waivers: [{{gate: roc_auc, reason: Labels of May are under review., owner: "@bob", expires: "{day}"}}]
"""


@dataclass
class House:
    """The repository as one person has it, and what happens there; `now` moves by hand."""

    root: Path
    git: Git
    hub: Hub
    api: str
    now: datetime = START

    def github(self, login: str = "github-actions[bot]") -> GitHub:
        person = self.hub.person(login)
        assert person
        return GitHub(self.hub.repository, person.token, self.api)

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def commit(self, files: dict[str, str], *, by: str = "alice", message: str = "Change") -> str:
        """A commit on main, pushed."""
        head = self.git.resolve("HEAD")
        tree = self.git.write_tree(head, {path: text.encode() for path, text in files.items()})
        person = self.hub.person(by)
        assert person
        author = f"{by} <{person.id}+{by}@users.noreply.github.com>"
        parents = [head] if head else []
        commit = self.git.write_commit(tree, parents=parents, message=message, when=self.now, author=author)
        self.git.push(Update("refs/heads/main", commit, head))
        self.git.run("reset", "--hard", "--quiet", commit)
        return commit

    def pull(self) -> None:
        self.git.fetch("+refs/heads/main:refs/remotes/origin/main")
        self.git.run("reset", "--hard", "--quiet", "refs/remotes/origin/main")

    def clone(self, name: str) -> House:
        folder = self.root / name
        Git(self.root).run("clone", "--quiet", str(self.hub.origin.path), str(folder))
        return replace(self, git=Git.open(folder))

    def bundle(self, **changed: Any) -> Bundle:
        """A bundle of HEAD; what the spec must say for it is committed before."""
        folder = self.root / "dist"
        shutil.rmtree(folder, ignore_errors=True)
        self._declare(**changed)
        spec = (self.git.tree().read("model.yaml") or b"").decode()
        write_bundle(folder, commit=self.git.commit_id(), spec=spec, **changed)
        return read_bundle(folder)

    def _declare(self, rate: float = 0.1, least: float = 0.7, waived_until: str | None = None, **_: Any) -> None:
        before = (self.git.tree().read("model.yaml") or b"").decode()
        spec = before.replace("rate: 0.1", f"rate: {rate}").replace("min: 0.7", f"min: {least}")
        if waived_until and "waivers" not in spec:
            spec += WAIVER.format(day=waived_until)
        if spec != before:
            self.commit({"model.yaml": spec})

    def register(self, **changed: Any) -> Registration:
        return register(self.git, self.bundle(**changed), who=ALICE, now=self.now)

    def records(self) -> tuple[Record, ...]:
        return ledger.read(self.git)

    def intent(self, version: str) -> Record:
        """Staging is asked for a version; nobody answers."""
        with pytest.raises(Failure, match="is still open"):
            self.ask(version)
        return ledger.open_intents(self.records())[-1]

    def wish(self, version: str, digest: str | None = None) -> Callable[[], Wish]:
        return lambda: follow(look(self.git, now=self.now), "staging", version, digest)

    def ask(self, version: str, seconds: float = 0) -> tuple[Record | None, Record | None]:
        return ask(self.git, self.wish(version), ALICE, Waiting(seconds), now=self.now)

    def stage(self, version: str, result: Any = "succeeded", reason: str = "") -> Record:
        """Staging's agent brings a version."""
        return self.answer(self.intent(version), result, reason)

    def answer(self, intent: Record, result: Any = "succeeded", reason: str = "") -> Record:
        assert intent.what.environment
        now = max(self.now, moment(self.records()[-1].time))  # a command that was run may have asked by today's clock
        record = ledger.append_outcome(
            self.git, intent, Outcome(result, reason), who=agent(intent.what.environment), now=now
        )
        assert record
        return record


def write_bundle(folder: Path, *, commit: str, spec: str = SPEC, auc: float = 0.8, **changed: Any) -> None:
    """A release bundle; `changed` are what data and code were, the features, and the verdict on `roc_auc`."""
    judged = {name: changed[name] for name in ("verdict", "waived_until", "review") if changed.get(name)}
    files = bundle_files(
        spec,
        commit,
        numbers={"roc_auc": (auc, auc - 0.02, auc + 0.02)},
        gates={"roc_auc": judged},
        inputs={"data/churn.csv": changed.get("data", 1), "lib": changed.get("code", 1)},
        card="# churn\n",
        seed=(changed.get("rate", 0.1), changed.get("code", 1), auc, sorted(judged)),
        features=changed.get("inputs", ("age",)),
        data=manifest.Data(sha256=str(changed.get("data", 1)) * 64, rows=1000),
    )
    folder.mkdir()
    for name, content in sealed(files).items():
        (folder / name).write_bytes(content)


@contextmanager
def founded(root: Path, spec: str = SPEC, now: datetime = START) -> Iterator[House]:
    """The repository as it begins, in a folder, with its forge beside it."""
    origin = Origin.create(root / "origin.git")
    hub = Hub("acme/churn", origin, PEOPLE, "https://github.com")
    with serving(hub) as api:
        Git(root).run("clone", "--quiet", str(origin.path), str(root / "clone"))
        made = House(root, Git.open(root / "clone"), hub, api, now)
        made.git.run("symbolic-ref", "HEAD", "refs/heads/main")
        files = {"model.yaml": spec, "uv.lock": "1\n", "dvc.yaml": pipeline(spec)}
        made.commit(files | {"deploy/staging.yaml": FOLLOWING, "deploy/production.yaml": PROMOTED}, message="Begin")
        yield made


@dataclass(frozen=True)
class Kept:
    """A house as it once was, which others begin from: a hundred git commands make one, a copy takes two."""

    house: House
    root: Path

    @classmethod
    def of(cls, house: House, root: Path) -> Kept:
        shutil.copytree(house.root, root, symlinks=True)
        return cls(house, root)

    @contextmanager
    def again(self, root: Path) -> Iterator[House]:
        """It, in an empty folder, with a forge of its own."""
        shutil.copytree(self.root, root, symlinks=True, dirs_exist_ok=True)
        with self.beside(root) as house:
            yield house

    @contextmanager
    def beside(self, root: Path) -> Iterator[House]:
        """A copy of it, with a forge of its own."""
        origin, known = Origin(root / "origin.git"), self.house.hub
        hub = replace(
            known, origin=origin, lock=threading.RLock(), **deepcopy({name: getattr(known, name) for name in TOLD})
        )
        with serving(hub) as api:
            house = replace(self.house, root=root, git=Git.open(root / "clone"), hub=hub, api=api)
            house.git.run("remote", "set-url", "origin", str(origin.path))
            yield house


TOLD = ("settings", "issues", "comments", "reviews", "statuses")


@pytest.fixture(scope="session")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with founded(tmp_path_factory.mktemp("founded")) as made:
        yield Kept.of(made, tmp_path_factory.mktemp("kept") / "founded")


@pytest.fixture(scope="session")
def staged_once(founded_once: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with founded_once.again(tmp_path_factory.mktemp("staged")) as made:
        made.register()
        made.stage("v1.0.0")
        made.later(hours=2)
        yield Kept.of(made, tmp_path_factory.mktemp("kept") / "staged")


@pytest.fixture
def house(founded_once: Kept, tmp_path: Path) -> Iterator[House]:
    with founded_once.again(tmp_path) as made:
        yield made


@pytest.fixture
def staged(staged_once: Kept, tmp_path: Path) -> Iterator[House]:
    """v1.0.0 is registered and has been live in staging for two hours."""
    with staged_once.again(tmp_path) as made:
        yield made
