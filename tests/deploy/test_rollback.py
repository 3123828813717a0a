"""A rollback from end to end: a bare origin, a local forge, an agent and its server on this host."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec import ledger
from mlops_spec.cli.deploy import status_command
from mlops_spec.cli.rollback import rollback_command
from mlops_spec.deploy import git_back
from mlops_spec.deploy.status import look
from mlops_spec.platforms.github.api import GitHub, pulls
from mlops_spec.platforms.github.connect import forge_of
from mlops_spec.platforms.github.run import run_of
from mlops_spec.rehearse.hub import Hub, Person, serving
from mlops_spec.rehearse.hub.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.deploy.passes import Done
    from mlops_spec.deploy.standing import Standing

    from .conftest import World

pytestmark = pytest.mark.xdist_group("servers")
CANARY = {"rollout": {"canary": [10], "watch": "1s", "min_samples": 10}, "promote": {"approvals": 0}}


@pytest.fixture
def two(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Production serves v1.0.1 and had v1.0.0 before; it takes canary steps, and nobody sends it requests."""
    # releases of this world hold a package alone; tests/release/test_rollback.py sees that they are verified
    monkeypatch.setattr("mlops_spec.release.rollback.verify_release", lambda *_: None)
    world.spec(production={"promote": {"approvals": 0}})
    for serial, (version, value) in enumerate((("v1.0.0", 0.125), ("v1.0.1", 0.5)), start=1):
        world.release(version, value=value)
        world.close(world.intend("staging", version))
        world.declare(version, serial=serial, base=serial - 1)
        world.intend("production", version)
        assert world.one_pass("production").action == "deployed"
    world.spec(production=CANARY)
    return world


@pytest.fixture
def forge(two: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """The forge of the origin, named to the agent by its environment."""
    people = (Person("carol", 103, "carol-token", role="admin"), Person("mlops[bot]", 9, "bot-token", type="Bot"))
    with serving(Hub("acme/demo", Origin(two.root / "origin.git"), people, "https://github.com")) as api:
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/demo")
        monkeypatch.setenv("GITHUB_API_URL", api)
        monkeypatch.setenv("MLOPS_SPEC_PUSH_TOKEN", "bot-token")
        monkeypatch.setenv("GITHUB_TOKEN", "bot-token")
        yield GitHub("acme/demo", "carol-token", api)


def production(world: World) -> Standing:
    return next(each for each in look(world.git, None)[1] if each.environment == "production")


def go_back(world: World, *arguments: str, at: Path | None = None) -> int:
    command = ["production", "--reason", "Incident 88", *arguments, "-C", str(at or world.git.directory)]
    code: int = rollback_command.main(command, standalone_mode=False)
    return code


def one_pass(world: World) -> Done:
    return world.one_pass("production")


def test_at_once_with_the_remote_gone_and_git_following(
    two: World, forge: GitHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(two.remote)
    assert production(two).problems == ()
    monkeypatch.delenv("GITHUB_TOKEN")
    with pytest.raises(Exception, match="is still open"):
        go_back(two, "--now", "--wait", "1ms", at=two.state / "repository.git")  # on the host: the agent's clone
    assert "the agent or the monitor opens it" in capsys.readouterr().err

    started = time.monotonic()
    done = one_pass(two)

    assert (done.action, done.version, done.serial) == ("deployed", "v1.0.0", 3)
    assert time.monotonic() - started < 20  # no canary step was waited for: nobody sends requests, so none would pass
    assert two.predict() == ("v1.0.0", 0.125)
    assert ledger.read(two.git)[-1].event == "rollback.outcome"
    standing = production(two)
    assert (standing.degraded, standing.live_version) == (True, "v1.0.0")
    assert any("degraded since a rollback (record" in each for each in standing.problems)
    # The agent has a token: it opened what sets Git back.
    (pull,) = pulls.of_branch(forge, "mlops/rollback-production")
    assert "- reason: `Incident 88`" in (pull.body or "")
    assert one_pass(two).action == "none"
    assert len(pulls.of_branch(forge, "mlops/rollback-production", state="all")) == 1
    forge.send("PUT", f"/repos/acme/demo/pulls/{pull.number}/merge", {}, needs="contents: write")
    assert one_pass(two).action == "none"
    assert (production(two).degraded, production(two).problems) == (False, ())
    assert two.predict() == ("v1.0.0", 0.125)


def test_a_bad_canary_ends_in_a_pull_request(two: World, forge: GitHub) -> None:
    two.release("v1.0.2", value=0.9)
    two.close(two.intend("staging", "v1.0.2"))
    two.declare("v1.0.2", serial=3, base=2)
    two.intend("production", "v1.0.2")

    done = one_pass(two)

    assert (done.action, two.predict()[0]) == ("rolled-back", "v1.0.1")
    (pull,) = pulls.of_branch(forge, "mlops/rollback-production")
    assert "too few samples" in (pull.body or "")
    assert production(two).degraded
    forge.send("PUT", f"/repos/acme/demo/pulls/{pull.number}/merge", {}, needs="contents: write")
    assert production(two).problems == ()
    assert one_pass(two).action == "none"


@pytest.mark.slow
def test_a_canary_under_way_is_ended(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_spec.deploy.rollout._ASK", 0.2)
    two.spec(production=CANARY | {"rollout": {"canary": [10], "watch": "10m", "min_samples": 1}})
    two.release("v1.0.2", value=0.9)
    two.close(two.intend("staging", "v1.0.2"))
    two.declare("v1.0.2", serial=3, base=2)
    two.intend("production", "v1.0.2")

    def stop(line: str) -> None:
        if "gets 10 %" in line:
            assert go_back(two, "--now") == 0

    agent = two.agent("production", stop)
    try:
        done = agent.one_pass()
    finally:
        agent.close()

    assert (done.action, two.predict()[0]) == ("withdrawn", "v1.0.1")
    last = ledger.read(two.git)[-1]
    assert (last.event, last.result, last.why and last.why.text) == ("deploy.outcome", "abandoned", "Incident 88")


@pytest.mark.slow
def test_a_forge_that_refuses_stops_no_pass(two: World, forge: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    del forge
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    monkeypatch.setenv("MLOPS_SPEC_PUSH_TOKEN", "wrong")
    with pytest.raises(Exception, match="is still open"):
        go_back(two, "--now", "--wait", "1ms")
    said: list[str] = []
    agent = two.agent("production", said.append)
    try:
        assert agent.one_pass().action == "deployed"
        assert agent.one_pass().action == "none"
    finally:
        agent.close()

    (told,) = [line for line in said if "could not be opened" in line]  # it is not asked again at each pass
    assert told
    assert git_back._AGAIN >= 60


@pytest.mark.parametrize(
    ("repository", "environ", "name"),
    [
        ("https://github.com/acme/credit.git", {"GITHUB_TOKEN": "t"}, "acme/credit"),
        ("https://github.com/acme/credit", {"MLOPS_SPEC_PUSH_TOKEN": "t"}, "acme/credit"),
        ("https://evil.example/acme/credit", {"GITHUB_TOKEN": "t"}, None),
        ("http://github.com/acme/credit", {"GITHUB_TOKEN": "t"}, None),
        ("/srv/credit.git", {"GITHUB_TOKEN": "t"}, None),
        ("/srv/credit.git", {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "acme/credit"}, "acme/credit"),
        ("https://github.com/acme/credit", {}, None),
    ],
)
def test_the_forge_is_that_of_the_repository(repository: str, environ: dict[str, str], name: str | None) -> None:
    found = forge_of(repository, run_of(environ))

    assert (found.repository if found else None) == name


@pytest.mark.slow
def test_status_says_it_to_machines(two: World, capsys: pytest.CaptureFixture[str]) -> None:
    two.declare("v1.0.0", serial=1)  # reverted: nothing was asked for yet, so it is no unfinished rollback

    code = status_command.main(["-C", str(two.git.directory), "--format", "json"], standalone_mode=False)

    said = json.loads(capsys.readouterr().out)["environments"][1]
    assert (code, said["degraded"]) == (1, False)
    assert "Git declares v1.0.0, the ledger says v1.0.1" in said["problems"]
