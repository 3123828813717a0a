"""Killed before or after any of its steps, a command ends in the old state or the new one, and the ledger tells it.

The commands run as they are, in a process of their own that kills itself (`killing.py`). Run again, with `--resume`
where something is on record, each comes to the very state that it comes to undisturbed.
"""

from __future__ import annotations

import contextlib
import copy
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.errors import Exit
from mlops_spec.platforms.github.api import pulls
from mlops_spec.release.approvals import REPORT, report_digest
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.propose import propose

from .conftest import SPEC, founded, write_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.platforms.github.api.shapes import PullRequest

    from .conftest import House

pytestmark = pytest.mark.xdist_group("killed")
PROGRAM = Path(__file__).parents[1] / "killing.py"
SOON = ("--wait", "1ms")


@dataclass(frozen=True)
class Operation:
    """A command, the state that it begins in, its lasting steps, and how a killed one is taken up."""

    command: tuple[str, ...]
    begin: Callable[[House], None]
    steps: tuple[str, ...]
    resume: tuple[str, ...] = ()  # else the same command


def bundled(house: House, **changed: Any) -> None:
    write_bundle(house.root / "dist", commit=house.git.commit_id(), **changed)


def registered(house: House) -> None:
    house.register()
    house.stage("v1.0.0")


def proposed(house: House, version: str = "v1.0.0") -> PullRequest:
    done = propose(house.git, house.github(), "production", version, now=house.now)
    assert done.pull_request is not None, done.message
    return pulls.get(house.github(), done.pull_request)


def second_version(house: House) -> None:
    house.now = datetime.now(UTC)  # commands may have written records since
    house.commit({"src/a.py": "2\n"})
    house.register(code=2)
    house.stage("v1.1.0")


def outdated(house: House) -> None:
    """The promotion of v1.0.0 is open, and v1.1.0 is there."""
    registered(house)
    proposed(house)
    second_version(house)


def approved(house: House, version: str = "v1.0.0") -> None:
    pull = proposed(house, version)
    path = f"/repos/acme/churn/pulls/{pull.number}"
    house.github("bob").send("POST", f"{path}/reviews", {"event": "APPROVE"}, needs="pull-requests: write")
    house.github("carol").send("PUT", f"{path}/merge", {}, needs="contents: write")
    house.pull()


def merged(house: House) -> None:
    registered(house)
    approved(house)


def asked(house: House) -> None:
    merged(house)
    run(house, "promote", "ask", "production", "--version", "v1.0.0", *SOON)


def two_live(house: House) -> None:
    """Production had v1.0.0 and has v1.1.0."""
    for version in ("v1.0.0", "v1.1.0"):
        (registered if version == "v1.0.0" else second_version)(house)
        approved(house, version)
        run(house, "promote", "ask", "production", "--version", version, *SOON)
        house.answer(ledger.open_intents(house.records())[0])


RECORD = ("push heads/audit-log", "update-ref mlops-spec/audit-log")
BACK = ("rollback", "production", "--reason", "worse")
OPERATIONS = {
    "register": Operation(
        ("register", "--bundle", "{root}/dist"),
        bundled,
        (
            "push heads/audit-log tags/churn@v1.0.0",
            "update-ref mlops-spec/audit-log",
            "update-ref",
            "append output",
            "append output",
        ),
        ("register", "--bundle", "{root}/dist", "--resume"),
    ),
    "register, stopped by a gate": Operation(
        ("register", "--bundle", "{root}/dist"), lambda house: bundled(house, verdict="fail", auc=0.6), RECORD
    ),
    "promote open": Operation(
        ("promote", "open", "production", "--version", "v1.0.0"),
        registered,
        ("push heads/mlops/promote-production", "POST pulls"),
    ),
    "promote open, once more": Operation(
        ("promote", "open", "production", "--version", "v1.1.0"),
        outdated,
        ("push heads/mlops/promote-production", "PATCH pulls/1"),
    ),
    "promote ask": Operation(
        ("promote", "ask", "production", "--version", "v1.0.0", *SOON),
        merged,
        RECORD,
        ("promote", "ask", "production", "--resume", *SOON),
    ),
    "promote close": Operation(("promote", "close", "production"), asked, RECORD),
    "rollback": Operation(BACK, two_live, ("push heads/mlops/rollback-production", "POST pulls")),
    "rollback, at once": Operation(
        (*BACK, "--now", *SOON),
        two_live,
        (*RECORD, "push heads/mlops/rollback-production", "POST pulls"),
        ("rollback", "production", "--resume", *SOON),
    ),
}


def run(house: House, *command: str, kill: tuple[str, int] = ("never", 0)) -> tuple[int, str, list[str]]:
    """Exit code, what was said, and the steps that were begun."""
    trace = house.root / "trace"
    trace.unlink(missing_ok=True)
    settings = {
        "GITHUB_TOKEN": "bot-token",
        "GITHUB_REPOSITORY": "acme/churn",
        "GITHUB_API_URL": house.api,
        "GITHUB_OUTPUT": str(house.root / "output"),
    }
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")} | settings
    line = [part.format(root=house.root) for part in command]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(trace), kill[0], str(kill[1]), *line, "-C", str(house.git.directory)],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr, trace.read_text().splitlines() if trace.exists() else []


@dataclass
class Scene:
    """A house that is set back, as often as needed, to how an operation finds it."""

    house: House
    operation: Operation
    kept: dict[str, Any]
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)  # all, those that only read included

    @classmethod
    def of(cls, house: House, operation: Operation) -> Scene:
        operation.begin(house)
        shutil.copytree(house.root, _kept(house), symlinks=True)
        hub = vars(house.hub)
        made = cls(house, operation, {name: copy.deepcopy(hub[name]) for name in ("issues", "reviews")})
        made.old = state(house)
        *_, made.steps = run(house, *operation.command)
        made.new = state(house)
        return made

    def restore(self) -> None:
        shutil.rmtree(self.house.root)
        shutil.copytree(_kept(self.house), self.house.root, symlinks=True)
        for name, value in self.kept.items():
            setattr(self.house.hub, name, copy.deepcopy(value))

    def killed(self, when: str, number: int) -> None:
        """Kills the command there, takes it up again, and looks."""
        self.restore()
        place = f"{when} step {number}, {self.steps[number - 1]}"
        code, *_ = run(self.house, *self.operation.command, kill=(when, number))
        assert code == -signal.SIGKILL, place
        left = state(self.house)
        code, said, _ = run(self.house, *(self.operation.resume or self.operation.command))
        assert code in {Exit.OK, Exit.FINDINGS, Exit.STALE}, f"{place}: {said}"
        if code == Exit.STALE:
            assert "nothing was begun" in said, place
            assert state(self.house) == left == self.old, place
            run(self.house, *self.operation.command)
        assert state(self.house) == self.new, place


def _kept(house: House) -> Path:
    return house.root.with_name(f"{house.root.name}-kept")


def state(house: House) -> dict[str, Any]:
    """What others see: the ledger, which must hold, the tags, which it must know, and the pull requests."""
    records, git = house.records(), house.git
    tags = {ref: tag for ref, tag in git.remote_refs("refs/tags/*").items() if not ref.endswith("^{}")}
    assert tags == {f"refs/tags/{r.what.tag.name}": r.what.tag.object for r in records if r.what.tag}
    return {
        "records": [(r.event, r.what.version, r.what.serial, r.result, r.why and r.why.text) for r in records],
        "tags": sorted(tags),
        "pulls": [(pull.title, pull.state, told(house, pull)) for pull in house.hub.pulls()],
    }


def told(house: House, pull: Any) -> bool:
    """Whether the text of an open pull request is the one that its deploy file names."""
    if pull.state != "open":
        return True
    house.git.fetch("+refs/heads/*:refs/remotes/origin/*")
    said = declared_in(house.git.tree(f"refs/remotes/origin/{pull.head}"), "production")
    assert isinstance(said, Declared)
    return report_digest(pull.body) in [document.digest for document in said.evidence if document.kind == REPORT]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Scene]]:
    made: dict[str, Scene] = {}
    spec, now = SPEC.replace(", soak: 1h", ""), datetime.now(UTC) - timedelta(hours=1)
    with contextlib.ExitStack() as stack:

        def scene(name: str) -> Scene:
            if name not in made:
                house = stack.enter_context(founded(tmp_path_factory.mktemp("house"), spec, now))
                made[name] = Scene.of(house, OPERATIONS[name])
            return made[name]

        yield scene


@pytest.mark.quick("register", "promote ask")
@pytest.mark.parametrize("name", OPERATIONS)
def test_killed_after_a_lasting_step(scenes: Callable[[str], Scene], name: str) -> None:
    scene = scenes(name)
    lasting = [number for number, step in enumerate(scene.steps, start=1) if not step.startswith("fetch")]

    assert tuple(scene.steps[number - 1] for number in lasting) == scene.operation.steps
    assert scene.new != scene.old
    for number in lasting:
        scene.killed("after", number)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_killed_at_any_step(scenes: Callable[[str], Scene], name: str, when: str) -> None:
    scene = scenes(name)
    for number in range(1, len(scene.steps) + 1):
        scene.killed(when, number)


@pytest.mark.slow
def test_there_is_nothing_to_resume(scenes: Callable[[str], Scene]) -> None:
    """Nothing is on record: `--resume` says so, and begins nothing."""
    for name, message in (
        ("register", "is not registered: nothing was begun"),
        ("promote ask", "nobody asked for a version in production: nothing was begun"),
        ("rollback, at once", "no rollback of production is on record: nothing was begun"),
    ):
        scene = scenes(name)
        scene.restore()
        code, said, _ = run(scene.house, *scene.operation.resume)
        assert (code, message in said, state(scene.house) == scene.old) == (Exit.STALE, True, True), said


@pytest.mark.slow
def test_a_resumed_command_tells_how_it_ended(scenes: Callable[[str], Scene]) -> None:
    """The agent answered while nobody waited."""
    for name, result, code in (
        ("promote ask", "succeeded", Exit.OK),
        ("promote ask", "rolled-back", Exit.FINDINGS),
        ("rollback, at once", "succeeded", Exit.OK),
        ("rollback, at once", "failed", Exit.FINDINGS),
    ):
        scene = scenes(name)
        scene.restore()
        number = scene.steps.index("push heads/audit-log") + 1
        run(scene.house, *scene.operation.command, kill=("after", number))
        scene.house.answer(ledger.open_intents(scene.house.records())[0], result, "p99 too long")
        assert run(scene.house, *scene.operation.resume)[0] == code
        opened = [title for title, standing, _ in state(scene.house)["pulls"] if standing == "open"]
        assert bool(opened) == (name.startswith("rollback") and code == Exit.OK)
