"""The commands of the sweep: what each starts from, and what is looked at after it."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.git import Git
from mlops_spec.model_folder import GATE
from mlops_spec.system.lock import holder

from ..deploy.conftest import begun
from ..release.conftest import SPEC as RELEASED
from ..release.conftest import Kept, founded, write_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


SPEC = """\
spec: 1
model: churn
task: binary-classification
owners: ["@acme/churn"]
data: {path: data/rows.csv, target: label, id: id}
train: {run: python -m churn.train, predictor: "churn.predict:load"}
gates: [{metric: roc_auc, min: 0.75}]
"""
RENDERED = ("*.yaml", "*.md", ".github/**/*", "deploy/**/*", ".dvc/*", "CODEOWNERS", ".gitattributes", ".mlops/**/*")


def _nothing(_: Path) -> AbstractContextManager[dict[str, str]]:
    return nullcontext({})


@dataclass(frozen=True)
class Case:
    """A command, the folder that it starts from, and what to look at, which is the same each time.

    `beside`: what runs beside the command, and the settings by which it finds that. `places`: at how many calls of
    each kind it fails, by what one try takes.
    """

    name: str
    command: tuple[str, ...]
    start: Path
    look: Callable[[Path], dict[str, str]]
    beside: Callable[[Path], AbstractContextManager[dict[str, str]]] = _nothing
    ends: tuple[int, ...] = (0,)  # where nothing fails
    changes: bool = True
    listens: bool = False
    places: int = 12


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def files(*patterns: str) -> Callable[[Path], dict[str, str]]:
    """The files that the patterns name, each by its content's hash."""

    def look(place: Path) -> dict[str, str]:
        found = {path for pattern in patterns for path in place.glob(pattern) if path.is_file()}
        return {str(path.relative_to(place)): _hash(path) for path in found}

    return look


def folder(name: str) -> Callable[[Path], dict[str, str]]:
    """A folder as one: half of its files are another folder."""

    def look(place: Path) -> dict[str, str]:
        found = sorted(path for path in (place / name).rglob("*") if path.is_file())
        told = " ".join(f"{path.relative_to(place)}={_hash(path)[:8]}" for path in found)
        return {name: told} if (place / name).exists() else {}

    return look


def origin(place: Path) -> dict[str, str]:
    """What others see of a repository: its ledger, which must hold, its tags and its branches."""
    with tempfile.TemporaryDirectory() as temporary:
        Git(place).run("clone", "--quiet", str(place / "origin.git"), f"{temporary}/clone")
        git = Git.open(Path(temporary) / "clone")
        records = ledger.read(git)
        refs = [ref for ref in git.remote_refs("refs/tags/*", "refs/heads/*") if not ref.endswith("^{}")]
    told = [(r.event, r.what.version, r.what.environment, r.result) for r in records]
    tags = [r.what.tag.name for r in records if r.what.tag]
    assert sorted(tags) == sorted(ref.removeprefix("refs/tags/") for ref in refs if ref.startswith("refs/tags/"))
    return {"records": str(told), "branches": str(sorted(ref for ref in refs if ref.startswith("refs/heads/")))}


def git(place: Path, *command: str) -> None:
    known = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *known, *command], cwd=place, check=True, capture_output=True)


def light(root: Path) -> list[Case]:
    """Commands that need no training and no release."""
    repository = written(root / "written")
    fixable = Path(shutil.copytree(repository, root / "fixable"))
    (fixable / "model.yaml").write_text(SPEC.replace("min: 0.75", "max: 0.75"))
    return [
        Case("lint", ("lint",), repository, files("model.yaml"), ends=(1,), changes=False),
        Case("lint --fix", ("lint", "--fix"), fixable, files("model.yaml"), ends=(1,)),
        Case("render", ("render",), repository, files(*RENDERED)),
        Case("plan", ("plan", "--out", "plan.json"), repository, files("plan.json"), ends=(1,)),
    ]


def released(root: Path) -> list[Case]:
    """Commands on the ledger and its forge."""
    today = datetime.now(UTC) - timedelta(hours=1)
    (root / "founded").mkdir()
    with founded(root / "founded", RELEASED.replace(", soak: 1h", ""), today) as house:
        write_bundle(root / "founded/dist", commit=house.git.commit_id())
        bundled = Kept.of(house, root / "bundled")
        house.register()
        house.stage("v1.0.0")
        staged = Kept.of(house, root / "staged")
    register = ("register", "--bundle", "{place}/dist", "-C", "{place}/clone")
    promote = ("promote", "open", "production", "--version", "v1.0.0", "-C", "{place}/clone")
    verify = ("audit", "verify", "-C", "{place}/clone", "--save", "end.note")
    export = ("audit", "export", "{place}/out", "-C", "{place}/clone")
    return [
        Case("register", register, bundled.root, origin, partial(forge, bundled), places=6),
        Case("promote open", promote, staged.root, origin, partial(forge, staged), places=6),
        Case("audit verify", verify, staged.root, files("end.note"), partial(forge, staged), places=6),
        Case("audit export", export, staged.root, folder("out"), partial(forge, staged), places=6),
    ]


@contextmanager
def forge(kept: Kept, place: Path) -> Iterator[dict[str, str]]:
    """The forge of a copy, by its settings."""
    with kept.beside(place) as house:
        yield {"GITHUB_TOKEN": "bot-token", "GITHUB_REPOSITORY": "acme/churn", "GITHUB_API_URL": house.api}


def deployed(root: Path) -> list[Case]:
    """A pass of an agent that has all to do: it clones, downloads, starts a server, and puts it on record."""
    (root / "world").mkdir()
    world = begun(root / "world")
    world.release("v1.0.0", on_host=False)
    world.intend("staging", "v1.0.0")
    command = ("deploy", "-e", "staging", "--repository", "{place}/origin.git", "--state", "{place}/state")
    remote = ("--remote", "{place}/storage")
    return [Case("deploy", (*command, *remote), world.root, origin, ended, listens=True, places=4)]


@contextmanager
def ended(place: Path) -> Iterator[dict[str, str]]:
    """The server that the command starts ends after it."""
    yield {}
    deadline = time.monotonic() + 20
    while (process := holder(place / "state/server/lock")) is not None and time.monotonic() < deadline:
        os.kill(process, signal.SIGKILL)
        time.sleep(0.02)


def after_a_run(root: Path) -> list[Case]:
    """Commands on what a run left, and the run itself, whose stages come from DVC's cache."""
    repository = trained(root / "trained")
    again = Path(shutil.copytree(repository, root / "again", symlinks=True))
    shutil.rmtree(again / "build")
    git(again, "rm", "--quiet", "--cached", "dvc.lock")  # one that is committed is not believed
    git(again, "commit", "--quiet", "--message=Leave the lock to releases")
    unjudged = Path(shutil.copytree(repository, root / "unjudged", symlinks=True))
    (unjudged / GATE).unlink()
    return [
        Case("gate", ("gate",), unjudged, files(str(GATE)), places=3),
        Case("bundle", ("bundle", "--out", "out"), repository, folder("out"), places=5),
        Case("report", ("report", "--out", "report.json"), repository, files("report.json"), places=5),
        Case("run", ("run",), again, files("build/model/*", "dvc.lock", "model.yaml"), places=5),
    ]


def written(place: Path) -> Path:
    """A repository with a spec and nothing else, committed."""
    place.mkdir(parents=True)
    (place / "model.yaml").write_text(SPEC)
    git(place, "init", "--quiet", "--initial-branch=main")
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message=Begin")
    return place


def trained(place: Path) -> Path:
    """The starter's repository after a run and its gates, with a remote of its own."""
    ours = [sys.executable, "-P", "-m", "mlops_spec"]
    settings = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    for directory, command in (
        (place.parent, ("new", str(place), "--starter", "blank", "--defaults")),
        (place, ("run",)),
        (place, ("gate",)),
    ):
        subprocess.run([*ours, *command], cwd=directory, env=settings, check=True, capture_output=True)
    git(place, "add", "dvc.lock")
    git(place, "commit", "--quiet", "--message=Train")
    subprocess.run([*ours, "gate"], cwd=place, env=settings, check=True, capture_output=True)
    return place


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


GROUPS = (light, released, deployed, after_a_run)  # the last ones take a while to begin
