"""`status` says where Git, the ledger and what is live differ; the commands print what they did."""

from __future__ import annotations

import http.server
import json
import os
import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from mlops_spec.cli import program
from mlops_spec.deploy.status import Looked
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Update
from mlops_spec.release.revoke import revoke
from mlops_spec.system.lock import take
from mlops_spec.targets.local.serve.wanted import Status, WorkerStatus, write_status

from .conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import World


class Speaks(http.server.BaseHTTPRequestHandler):
    """A server that says of itself what it is told to say."""

    says: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        body = json.dumps(self.says).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def live(world: World) -> Iterator[World]:
    """By the ledger v1.0.0 is live in staging, and a server there says the same."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        unused = probe.getsockname()[1]
    world.spec(production={"listen": f"127.0.0.1:{unused}"})
    world.release("v1.0.0", value=0.125)
    world.close(world.intend("staging", "v1.0.0"))
    Speaks.says = {"version": "v1.0.0", "digest": world.digests["v1.0.0"], "agent_seen": time.time()}
    with http.server.ThreadingHTTPServer(("127.0.0.1", world.port), Speaks) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield world
        server.shutdown()
        thread.join()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: Any) -> int:
    monkeypatch.setattr("sys.argv", ["mlops-spec", *map(str, arguments)])
    return program()


@pytest.fixture
def status(live: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def look(*options: Any) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run(monkeypatch, "status", "-C", live.root / "work", "--format", "json", *options)
        said = json.loads(capsys.readouterr().out)
        return code, {each["environment"]: each for each in said["environments"]}

    return look


def test_when_all_agree(live: World, status: Any) -> None:
    code, found = status()

    assert code == 0
    assert found["staging"] | {"agent_seen": 0, "since": ""} == {
        "environment": "staging",
        "version": "v1.0.0",
        "digest": live.digests["v1.0.0"],
        "serial": 1,
        "since": "",
        "live_version": "v1.0.0",
        "live_digest": live.digests["v1.0.0"],
        "agent_seen": 0,
        "problems": [],
        "degraded": False,
    }
    assert 0 <= found["staging"]["agent_seen"] < 60
    assert (found["production"]["version"], found["production"]["problems"]) == (None, [])


def test_on_the_host_itself(live: World, status: Any) -> None:
    """The agent's folder tells the same; with no server behind it, it tells that."""
    folder = live.state / "server"
    folder.mkdir(parents=True)
    (live.state / "agent.json").write_text('{"environment": "staging"}')
    before = status("--state", live.state)
    lock = take(folder / "lock", "taken")
    worker = WorkerStatus("v1.0.0", live.digests["v1.0.0"], "ready")
    write_status(folder, Status(os.getpid(), "x", 1, "demo", stable=worker.digest, workers=(worker,)))
    after = status("--state", live.state)
    os.close(lock)

    assert (before[0], before[1]["staging"]["problems"]) == (1, [f"no server runs for {live.state}"])
    assert (after[0], after[1]["staging"]["live_version"], after[1]["staging"]["problems"]) == (0, "v1.0.0", [])


def test_a_folder_that_is_no_agents(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failure, match="is no folder of an agent") as failure:
        run(monkeypatch, "status", "-C", live.root / "work", "--state", live.root)

    assert failure.value.exit_code == Exit.CONFIG


def test_a_server_that_is_away(live: World, status: Any) -> None:
    live.spec(staging={"listen": "127.0.0.1:9"}, production={"listen": "127.0.0.1:9"})

    code, found = status()

    assert (code, len(found["staging"]["problems"])) == (1, 1)
    assert found["staging"]["problems"][0].startswith("nothing answers at 127.0.0.1:9")


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        ({"digest": None, "version": None}, "live is nothing, the ledger says v1.0.0"),
        ({"digest": "sha256:0", "version": "v9.9.9"}, "live is v9.9.9, the ledger says v1.0.0"),
        ({"agent_seen": None}, "its agent is away"),
        ({"agent_seen": 0}, "its agent is away"),
    ],
)
def test_a_server_that_says_otherwise(live: World, status: Any, says: dict[str, Any], problem: str) -> None:
    Speaks.says |= says

    code, found = status()

    assert (code, found["staging"]["problems"]) == (1, [problem])


def test_a_host_whose_clock_is_ahead(live: World, status: Any) -> None:
    """Its agent would look well until our clock has caught up."""
    Speaks.says |= {"agent_seen": time.time() + 3600}

    code, found = status()

    assert (code, found["staging"]["problems"]) == (
        1,
        ["its clock is 60 min ahead of ours, so its agent may be away unseen"],
    )


def test_something_is_live_that_nobody_asked_for(live: World, status: Any) -> None:
    live.spec(production={"listen": f"127.0.0.1:{live.port}"})

    code, found = status()

    assert (code, found["production"]["problems"]) == (1, ["live is v1.0.0, the ledger says nothing"])


def move(world: World) -> None:
    (old,) = world.git.remote_refs("refs/tags/demo@v1.0.0").values()
    tag = world.git.write_tag("demo@v1.0.0", world.commit, message="moved\n", when=NOW)
    world.git.push(Update("refs/tags/demo@v1.0.0", tag, old))


def delete(world: World) -> None:
    (old,) = world.git.remote_refs("refs/tags/demo@v1.0.0").values()
    world.git.push(Update("refs/tags/demo@v1.0.0", None, old))


def make(world: World) -> None:
    world.git.push(Update("refs/tags/demo@v7.0.0", world.commit, None))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (move, r"tag demo@v1\.0\.0 was moved: record 0 has [0-9a-f]{12}, now [0-9a-f]{12}"),
        (
            delete,
            r"tag demo@v1\.0\.0 is gone, record 0 registers it: `git push origin \w{40}:refs/tags/demo@v1\.0\.0`.*",
        ),
        (
            make,
            r"tag demo@v7\.0\.0 has no record: .*made by hand: `git push .* refs/tags/demo@v7\.0\.0`.*",
        ),
    ],
    ids=["moved", "gone", "made by hand"],
)
def test_a_tag_that_is_not_as_registered(
    live: World,
    change: Callable[[World], None],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = ("status", "-C", live.root / "work")
    assert run(monkeypatch, *at) == 0
    change(live)

    assert run(monkeypatch, *at) == 1
    assert re.fullmatch(problem, capsys.readouterr().out.splitlines()[-1])
    assert run(monkeypatch, *at, "--format", "json") == 1
    assert re.fullmatch(problem, json.loads(capsys.readouterr().out)["problems"][0])


def test_another_version_is_live(live: World, status: Any) -> None:
    live.release("v1.0.1", value=0.5)
    live.close(live.intend("staging", "v1.0.1"))

    code, found = status()

    assert (code, found["staging"]["problems"]) == (1, ["live is v1.0.0, the ledger says v1.0.1"])


def test_an_intent_without_an_outcome(live: World, status: Any) -> None:
    live.release("v1.0.1", value=0.5)
    live.intend("staging", "v1.0.1")

    code, found = status()

    assert (code, found["staging"]["problems"]) == (1, ["v1.0.1 was asked for and has no outcome yet"])


def test_a_revoked_version_that_is_live(live: World, status: Any) -> None:
    revoke(live.git, "v1.0.0", "Withdrawn rows", live.outcome_who())
    code, found = status()

    problem = (
        "v1.0.0 was revoked by alice (record 3): Withdrawn rows; it is live still: mlops-spec rollback staging --now"
    )
    assert (code, found["staging"]["problems"]) == (1, [problem])


def test_git_declares_what_never_happened(live: World, status: Any) -> None:
    live.declare("v1.0.0", serial=1)

    code, found = status()

    assert (code, found["production"]["problems"]) == (1, ["Git declares v1.0.0, the ledger says nothing"])


def test_the_table(live: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    code = run(monkeypatch, "status", "-C", live.root / "work")
    heading, staging, production = (line.rstrip() for line in capsys.readouterr().out.splitlines())

    assert code == 0
    assert heading.split() == ["demo", "declared", "live", "agent", "since"]
    assert staging.split()[:5] == ["staging", "v1.0.0", "serial", "1", "v1.0.0"]
    assert "✓" in staging
    assert "seen" in staging
    assert production.split()[:4] == ["production", "nothing", "yet", "-"]


def test_problems_are_written_as_they_are(
    live: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No word of a problem is markup, a picture's name or a runner's command to whoever writes it."""
    looked = Looked("demo", (), ("tag v[1] is gone: :warning:", "::error::two"))
    monkeypatch.setattr("mlops_spec.deploy.status.look_at_all", lambda *_: (looked,))
    capsys.readouterr()

    assert run(monkeypatch, "status", "-C", live.root / "work") == 1
    _, first, second = capsys.readouterr().out.splitlines()
    assert first == "tag v[1] is gone: :warning:"
    assert "two" in second
    assert not second.startswith("::")


def test_deploy_and_agent_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--environment", "staging", "--repository", world.root / "origin.git", "--state", world.state)
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")

    assert run(monkeypatch, "deploy", *options) == 0
    assert capsys.readouterr().out == "staging v1.0.0 is live\n"
    assert run(monkeypatch, "agent", "--once", "--format", "json", *options) == 0
    assert json.loads(capsys.readouterr().out)["action"] == "none"
    world.release("v1.0.1", code="def load(folder): raise RuntimeError('no')")
    world.intend("staging", "v1.0.1")
    assert run(monkeypatch, "deploy", *options) == 1
    assert capsys.readouterr().out.startswith("staging v1.0.1 failed; the old version stays: v1.0.1 can't be served")


def test_status_without_a_repository(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(Failure, match="not in a git repository"):
        run(monkeypatch, "status", "-C", tmp_path)
