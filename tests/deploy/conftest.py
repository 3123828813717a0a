"""A small world: a bare origin with main, tags and ledger, a DVC remote in a folder, and a host for the agent."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec import ledger
from mlops_spec.deploy.agent import Agent
from mlops_spec.deploy.passes import Done, Settings
from mlops_spec.git import Git, Update
from mlops_spec.ledger.record import Actor, Approval, Draft, FromWhat, GateResult, Package, TagObject, What, Who, Why
from mlops_spec.package.on_disk import digest
from mlops_spec.platforms.github.run import run_of
from mlops_spec.release.declared import Declared, text_of
from mlops_spec.system.lock import holder
from mlops_spec.targets.local.serve.wanted import Status, read_status
from mlops_spec.targets.registry import TARGETS
from tests.memory_target import InMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_found = importlib.util.spec_from_file_location("served_packages", Path(__file__).parent.parent / "serve/conftest.py")
assert _found is not None
assert _found.loader is not None
_packages = importlib.util.module_from_spec(_found)
sys.modules[_found.name] = _packages
_found.loader.exec_module(_packages)

MODEL = "demo"
WHO = Who(actor=Actor(login="alice", id=101, kind="human"))
NOW = datetime.now(UTC)
PASSED = GateResult(id="roc_auc", kind="metric", metric="roc_auc", value=0.8, verdict="pass")


def approval(login: str) -> Approval:
    return Approval(login=login, kind="human", head_sha="0" * 40, at="2026-11-23T03:58:10Z", review_id=1)


@dataclass
class Single:
    """The agent of a repository with one model: one result a pass."""

    agent: Agent

    def one_pass(self) -> Done:
        (done,) = self.agent.one_pass()
        return done

    def close(self) -> None:
        self.agent.close()


@dataclass
class World:
    """What the tests change: the repository, the ledger and the host."""

    root: Path
    git: Git
    port: int
    commit: str = ""
    branch: str = "main"
    digests: dict[str, str] = field(default_factory=dict)
    memory: InMemory | None = None  # what serves in place of a server, with the fixture `in_memory`

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def remote(self) -> Path:
        return self.root / "storage"

    def spec(self, **environments: Any) -> None:
        """Puts a spec with these environments on main, beside the two that there are."""
        base = {
            "staging": {"after": "merge", "listen": f"127.0.0.1:{self.port}"},
            "production": {"after": "staging", "listen": f"127.0.0.1:{self.port}"},
        }
        spec = {
            "spec": 1,
            "model": MODEL,
            "task": "binary-classification",
            "owners": ["@acme/credit"],
            "branch": self.branch,
            "data": {"path": "data/demo.csv", "target": "default", "id": "id"},
            "train": {"run": "python -m demo.train", "predictor": "served:load"},
            "gates": [{"metric": "roc_auc", "min": 0.75}],
            "environments": {name: base[name] | environments.get(name, {}) for name in base}
            | {name: value for name, value in environments.items() if name not in base},
        }
        self.main({"model.yaml": yaml.safe_dump(spec, sort_keys=False).encode()})

    def main(self, files: dict[str, bytes]) -> None:
        """Commits to main."""
        tree = self.git.write_tree(self.commit or None, dict(files))
        parents = [self.commit] if self.commit else []
        commit = self.git.write_commit(tree, parents=parents, message="change\n", when=NOW)
        self.git.push(Update(f"refs/heads/{self.branch}", commit, self.commit or None))
        self.commit = commit

    def declare(self, version: str | None, serial: int = 0, base: int = 0) -> None:
        """Writes deploy/production.yaml."""
        said = Declared(
            environment="production",
            model=MODEL,
            version=version,
            digest=self.digests[version] if version else None,
            serial=serial,
            base_serial=base,
            base_digest=None,
            evidence=[],
        )
        self.main({"deploy/production.yaml": text_of(said).encode()})

    def release(
        self, version: str, *, gates: tuple[GateResult, ...] = (PASSED,), on_host: bool = True, **package: Any
    ) -> str:
        """Registers a version: its package in the DVC remote, its release commit, its tag, its record.

        `on_host`: the host has it already, which spares tests of other things a download.
        """
        folder = _packages.make_package(self.root / "built" / version, model=MODEL, **package)
        found = self.digests[version] = digest(folder)
        if on_host:
            shutil.copytree(folder, self.state / "packages" / found.removeprefix("sha256:"))
        tree = self.git.write_tree(self.commit, {"dvc.lock": self._store(folder)})
        released = self.git.write_commit(tree, parents=[self.commit], message=f"Release {version}\n", when=NOW)
        name = f"{MODEL}@{version}"
        tag = self.git.write_tag(name, released, message=f"{name}\n", when=NOW)
        draft = Draft(
            event="register",
            who=WHO,
            what=What(
                model=MODEL,
                version=version,
                package=Package(digest=found),
                tag=TagObject(name=name, object=tag, target=released),
            ),
            why=Why(kind="change", gates=gates),
            from_what=FromWhat(commit=self.commit),
        )
        ledger.append(self.git, ledger.head(self.git), [draft], updates=[Update(f"refs/tags/{name}", tag, None)])
        return found

    def intend(self, environment: str, version: str, *, approvals: tuple[str, ...] = ("bob",), **what: Any) -> Any:
        """Asks for a version in an environment, as `promote ask` does."""
        last = ledger.replay(ledger.read(self.git)).of("demo").serial(environment)
        draft = Draft(
            event="deploy.intent",
            who=Who(actor=WHO.actor, approvals=tuple(map(approval, approvals))),
            what=What(
                model=MODEL,
                version=version,
                environment=environment,
                package=Package(digest=self.digests[version]),
                serial=last + 1,
                base_serial=last,
                **({"after": "staging"} if environment == "production" else {}) | what,
            ),
            why=Why(kind="change"),
        )
        (record,), _ = ledger.append(self.git, ledger.head(self.git), [draft])
        return record

    def close(self, intent: Any, result: str = "succeeded") -> None:
        """Answers an intent in the agent's stead."""
        ledger.append_outcome(self.git, intent, ledger.Outcome(result), who=WHO)

    def outcome_who(self) -> Who:
        return WHO

    def outcome(self) -> Any:
        """The newest outcome in the ledger."""
        return [record for record in ledger.read(self.git) if record.event == "deploy.outcome"][-1]

    def agent(self, environment: str = "staging", say: Callable[[str], None] = print, **settings: Any) -> Single:
        run = run_of(os.environ)  # as the commands have it
        repository = str(self.root / "origin.git")
        return Single(Agent(Settings(environment, repository, self.state, run=run, **settings), say))

    def one_pass(self, environment: str = "staging", **settings: Any) -> Done:
        agent = self.agent(environment, **settings)
        try:
            return agent.one_pass()
        finally:
            agent.close()

    def live(self) -> dict[str, Any]:
        """What the server says at its address."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/version", timeout=10) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def predict(self) -> Any:
        """One prediction: the version that answers, and its score."""
        if self.memory is not None:
            assert self.memory.stable is not None
            return self.memory.stable.version, self.memory.answer()
        body = json.dumps(_packages.ask()).encode()
        url = f"http://127.0.0.1:{self.port}/v2/models/{MODEL}/infer"
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=30) as answer:
            said = json.loads(answer.read())
        return said["model_version"], said["outputs"][0]["data"][0]

    def status(self) -> Status | None:
        return read_status(self.state / "server")

    def server(self) -> int | None:
        """The server's process."""
        return holder(self.state / "server" / "lock")

    def kill_server(self) -> None:
        process = self.server()
        if process is not None:
            os.kill(process, signal.SIGKILL)
            deadline = time.monotonic() + 20
            while self.server() is not None:
                assert time.monotonic() < deadline, "the server does not end"
                time.sleep(0.01)

    def _store(self, folder: Path) -> bytes:
        """Puts a folder into the DVC remote, as `dvc push` does, and gives the lock that names it."""
        entries, size = [], 0
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            size += len(content)
            entries.append({"md5": self._object(content), "relpath": str(path.relative_to(folder))})
        listing = json.dumps(sorted(entries, key=lambda entry: entry["relpath"])).encode()
        md5 = self._object(listing, ".dir")
        out = {"path": "build/package", "hash": "md5", "md5": md5, "size": size, "nfiles": len(entries)}
        return yaml.safe_dump({"schema": "2.0", "stages": {"package": {"cmd": "true", "outs": [out]}}}).encode()

    def _object(self, content: bytes, suffix: str = "") -> str:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest() + suffix
        path = self.remote / "files/md5" / md5[:2] / md5[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return md5


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("GITHUB_ACTIONS", "GITHUB_TOKEN", "MLOPS_SPEC_PUSH_TOKEN", "GITHUB_REPOSITORY_ID"):
        monkeypatch.delenv(name, raising=False)
    made = begun(tmp_path)
    try:
        yield made
    finally:
        made.kill_server()
        shutil.rmtree(made.state, ignore_errors=True)


@pytest.fixture
def in_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The world's agents serve from memory: for what the agent does above the port, no server needs to run."""
    monkeypatch.setitem(TARGETS, "local", InMemory)
    world.memory = InMemory.by_state[world.state] = InMemory(world.state)


def begun(root: Path) -> World:
    """A world in an empty folder, without a version."""
    for folder, bare in (("origin.git", ["--bare"]), ("work", [])):
        subprocess.run(["git", "init", "-q", "-b", "main", *bare, str(root / folder)], check=True)
    git = Git(root / "work")
    git.run("remote", "add", "origin", str(root / "origin.git"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = World(root, git, port)
    config = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {made.remote}\n"
    made.main(
        {
            ".dvc/config": config.encode(),
            "dvc.yaml": b"stages:\n  package:\n    cmd: 'true'\n    outs: [build/package]\n",
            "deploy/staging.yaml": b"environment: staging\nmodel: demo\nfollow: registered\n",
        }
    )
    made.spec()
    made.declare(None)
    return made


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits for something to come true; a server that holds its lock and does not listen yet is not there yet."""

    def true(holds: Callable[[], bool]) -> bool:
        try:
            return holds()
        except urllib.error.URLError:
            return False

    def wait(holds: Callable[[], bool], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not true(holds):
            assert time.monotonic() < deadline, "it did not come true"
            time.sleep(0.02)

    return wait
