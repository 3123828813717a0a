"""README's ten minutes from `new` to a merge on GitHub, line by line: the hub is github.com, SeaweedFS is the bucket.

`gh` and `aws` are small programs of ours, which say to the hub and the bucket what the real ones say to theirs.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

import pytest

from mlops_spec.rehearse import cast, events
from mlops_spec.rehearse.bucket import Account, Role, serving
from mlops_spec.rehearse.hub import identity
from mlops_spec.rehearse.world import World, created
from mlops_spec.targets.local.target import Local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from mlops_spec.rehearse.run import Run

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
PROGRAMS = Path(__file__).parent / "programs"
ADDRESS = "127.0.0.1:8081"  # of staging, in the starter
#: Lines that end otherwise than well where all is right: settings are missing, before they are sent.
EXPECTED = {
    (line := "uv run mlops-spec doctor --apply-file calls.json"): f"{line} || test $? = 1",
}
SECTION = "## Ten minutes to a merge on GitHub, with the data in S3"


def lines(text: str, language: str) -> list[str]:
    """The commands of all blocks of this language, each whole."""
    blocks = "".join(re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)).replace("\\\n", "")
    return [line for line in re.split(r"\n(?!  |done)", blocks) if line and not line.startswith("#")]


@dataclass
class Shell:
    """Somebody's terminal: where they stand, what they exported, and whose accounts their programs use."""

    directory: Path
    environment: dict[str, str]

    def run(self, line: str) -> str:
        """Runs a line as a terminal would, and keeps what it changed; it must end well."""
        state = self.directory.parent / f"{self.directory.name}.state"
        kept = shlex.quote(str(state))
        script = f"set -uo pipefail\n{line}\nended=$?; pwd > {kept}; env -0 >> {kept}; exit ${{ended}}"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}"
        place, _, variables = state.read_text("utf-8").partition("\n")
        state.unlink()
        self.directory = Path(place)
        self.environment = dict(each.split("=", 1) for each in variables.split("\0") if each)
        return done.stdout + done.stderr


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with created(tmp_path, "acme/credit", lambda _: None) as world:
        world.hub.people = tuple(
            replace(each, role="admin") if each.login == cast.AUTHOR else each for each in world.hub.people
        )  # who made the repository
        world.hub.teams["acme/credit"] = (cast.AUTHOR, cast.REVIEWER)
        world.hub.settings.private = True
        for places in (world.hub.settings.secrets, world.hub.settings.variables):
            places.clear()  # there is no GitHub App
        yield world


def shell(world: World) -> Shell:
    """The author's, in a folder beside which `new` makes the repository."""
    start = world.folder / "mlops-spec"
    start.mkdir()
    tokens = {f"TOKEN_OF_{name.upper()}": world.person(name).token for name in (cast.AUTHOR, cast.REVIEWER)}
    forge = {"GITHUB_API_URL": world.api_url, "GITHUB_SERVER_URL": world.hub.server_url}
    environment = world.author.environment
    path = f"{PROGRAMS}{os.pathsep}{environment['PATH']}"
    return Shell(start, {**environment, **tokens, **forge, "PATH": path, "PYTHON": sys.executable})


def roles(folder: Path) -> tuple[Role, ...]:
    """The roles that an administrator made with the commands of cloud/README.md."""
    made = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.role.json"))]
    return tuple(Role(f"arn:aws:iam::123456789012:role/{each['name']}", each["trust"], each["policy"]) for each in made)


@contextmanager
def agent(terminal: Shell, line: str) -> Iterator[None]:
    """What a line leaves running: the agent, and the server that it starts."""
    command = shlex.split(line.partition(" > ")[0])
    state = terminal.directory / command[command.index("--state") + 1]
    process = subprocess.Popen(
        command, cwd=terminal.directory, env=terminal.environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        Local(state, "credit", ADDRESS).stop()


def started(world: World, before: str | None, line: str) -> Callable[[], list[Run]] | None:
    """What GitHub runs because of a line."""
    if world.hub.origin.branch("main") != before:
        pushed = events.push(world.hub, before, world.person(cast.AUTHOR), world.api_url)
        return lambda: world.workflows.dispatch(pushed)
    if line.startswith("gh pr create"):
        return lambda: world.run_checks(max(pull.number for pull in world.hub.pulls()))
    return None


def test_the_ten_minutes(world: World) -> None:
    terminal = shell(world)
    commands = lines(README.partition(SECTION)[2].partition("\n## ")[0], "bash")
    at = commands.index(next(line for line in commands if line.startswith("uv run dvc push")))
    for line in commands[:at]:
        terminal.run(line)
    cloud = world.clone / "cloud"
    administrator = Shell(cloud, terminal.environment)
    for line in lines((cloud / "README.md").read_text("utf-8"), "sh"):
        administrator.run(line)

    account = Account("acme-models", "eu-central-1", identity.issuer(world.api_url), roles(cloud))
    with ExitStack() as stack:
        bucket = stack.enter_context(serving(world.folder / "bucket", account))
        github = stack.enter_context(ThreadPoolExecutor(1))
        world.cloud.jobs = bucket.endpoints
        terminal.environment |= bucket.owner
        running: list[Future[list[Run]]] = []
        for line in commands[at:]:
            before = world.hub.origin.branch("main")
            if line.rstrip().endswith("&"):
                stack.enter_context(agent(terminal, line.replace("https://github.com", world.hub.server_url)))
            else:
                terminal.run(EXPECTED.get(line.partition("  #")[0].strip(), line))
            if found := started(world, before, line):
                running.append(github.submit(found))
            if "gh run watch" in line:
                running[-1].result(timeout=900)

        ran = [(run.workflow, run.result, run.output("version")) for each in running for run in each.result()]
        assert ran == [
            ("mlops-merge", "success", "v1.0.0"),
            ("mlops-promote-production", "success", ""),  # which has nothing to do
            ("mlops-pull-request", "success", None),
            ("mlops-merge", "success", "v1.1.0"),
        ]
        assert versions() == ["v1.1.0"]
        (comment,) = world.comments(2)
        assert "### credit: ✅ pass" in (comment.body or "")


def versions() -> list[str]:
    """What the server of staging answers as."""
    with build_opener(ProxyHandler({})).open(f"http://{ADDRESS}/v2/models/credit", timeout=10) as answer:
        found: list[str] = json.load(answer)["versions"]
        return found
