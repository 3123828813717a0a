"""Two agents for one environment never both act, wherever they run."""

from __future__ import annotations

import shutil
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.deploy import preflight
from mlops_spec.deploy.claim import Claim
from mlops_spec.deploy.clone import Clone
from mlops_spec.deploy.store import Store
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Access, Git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .conftest import World

REF = "refs/mlops-spec/agents/staging"


@pytest.fixture
def other(world: World) -> Iterator[World]:
    """The same world as another host sees it: a folder and an address of its own."""
    folder = world.root / "other"
    folder.mkdir()
    host = replace(world, root=folder)
    (folder / "origin.git").symlink_to(world.root / "origin.git")
    (folder / "storage").symlink_to(world.root / "storage")
    yield host
    host.kill_server()
    shutil.rmtree(folder / "state", ignore_errors=True)


def claim(world: World, name: str, *, take_over: bool = False) -> Claim:
    folder = world.root / name
    folder.mkdir(exist_ok=True)
    git = Clone.open(folder / "repository.git", str(world.root / "origin.git"), Access()).git
    return Claim(git, "staging", folder / "claim", take_over)


def holder_of(world: World) -> str | None:
    return world.git.remote_refs(REF).get(REF)


def test_who_acts_first_keeps_it(world: World) -> None:
    first, second = claim(world, "one"), claim(world, "two")
    first.hold()
    held = holder_of(world)
    first.hold()

    with pytest.raises(Failure, match=r"staging has another agent: .*one, since 20") as failure:
        second.hold()

    assert failure.value.exit_code == Exit.STALE
    assert "--take-over" in failure.value.remedy
    assert (holder_of(world), first.is_held(), second.is_held()) == (held, True, False)


def test_it_outlives_its_process(world: World) -> None:
    """After a reboot the same folder is the same agent."""
    claim(world, "one").hold()
    claim(world, "one").hold()


def test_a_clone_that_was_thrown_away_is_the_same_agents(world: World) -> None:
    claim(world, "one").hold()
    shutil.rmtree(world.root / "one/repository.git")

    claim(world, "one").hold()


def test_a_kill_between_writing_and_pushing_it_is_made_good(world: World) -> None:
    killed = claim(world, "one")
    written = killed._mine()
    assert holder_of(world) is None

    claim(world, "one").hold()

    assert holder_of(world) == written


def test_it_is_taken_over_by_who_says_so(world: World) -> None:
    first = claim(world, "one")
    first.hold()
    claim(world, "two", take_over=True).hold()

    assert not first.is_held()
    with pytest.raises(Failure, match=r"another agent: .*two, since"):
        claim(world, "one").hold()


def test_two_that_both_take_over_do_not_take_turns(world: World) -> None:
    first, second = claim(world, "one", take_over=True), claim(world, "two", take_over=True)
    first.hold()
    second.hold()

    for _ in range(2):
        second.hold()
        with pytest.raises(Failure, match="another agent"):
            first.hold()


def refused(world: World, **settings: Any) -> Failure:
    """What keeps an agent from a first intent; nothing is claimed, and the intent stays open."""
    with pytest.raises(Failure) as failure:
        world.one_pass(**settings)
    assert holder_of(world) is None
    assert len(ledger.open_intents(ledger.read(world.git))) == 1
    return failure.value


@pytest.fixture
def asked(world: World) -> World:
    world.release("v1.0.0", on_host=False)
    world.intend("staging", "v1.0.0")
    return world


def test_a_host_without_the_extra_claims_nothing(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "find_spec", lambda name: None if name == "uvicorn" else object())

    failure = refused(asked)

    assert failure.exit_code == Exit.CONFIG
    assert failure.message.endswith("this host lacks uvicorn")
    assert "mlops-spec[run,serve]" in failure.remedy


def test_a_host_that_the_remote_gives_nothing_claims_nothing(asked: World) -> None:
    """Another one, which it does give it, then takes the environment."""
    away = asked.remote.rename(asked.root / "away")
    assert refused(asked).exit_code == Exit.UNAVAILABLE
    away.rename(asked.remote)

    assert asked.one_pass().action == "deployed"


def test_a_host_whose_address_is_taken_claims_nothing(asked: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", asked.port))
        taken.listen()

        assert "another process does" in refused(asked).message


def test_a_host_that_may_not_push_claims_nothing(asked: World) -> None:
    hook = asked.root / "origin.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho read-only >&2; exit 1\n")
    hook.chmod(0o755)

    refused(asked)

    assert asked.status() is None, "nothing was started"


def test_a_relative_remote_is_told_unless_the_repository_is_a_checkout_here(asked: World) -> None:
    config = b"[core]\n    remote = storage\n['remote \"storage\"']\n    url = ../storage\n"
    asked.main({".dvc/config": config})
    asked.release("v1.0.1", on_host=False)

    failure = refused(asked)
    assert failure.exit_code == Exit.CONFIG
    assert "`../storage`, a folder beside a checkout" in failure.message
    assert "--remote" in failure.remedy

    assert asked.one_pass(remote=str(asked.remote)).action == "deployed"


def test_of_many_at_once_one_gets_it(world: World) -> None:
    claims = [claim(world, f"agent{number}") for number in range(8)]
    got: list[str] = []

    def hold(each: Claim) -> None:
        try:
            each.hold()
        except Failure as failure:
            assert failure.exit_code == Exit.STALE
        else:
            got.append(each.file.parent.name)

    threads = [threading.Thread(target=hold, args=[each]) for each in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 1
    assert [each.file.parent.name for each in claims if each.is_held()] == got


def test_a_remote_that_is_away_gives_nothing(world: World) -> None:
    mine = claim(world, "one")
    shutil.move(world.root / "origin.git", world.root / "away.git")

    with pytest.raises(Failure, match="not available") as failure:
        mine.hold()

    assert failure.value.exit_code == Exit.UNAVAILABLE


def test_an_agent_on_another_host_neither_rolls_out_nor_heals(world: World, other: World) -> None:
    world.release("v1.0.0", value=0.125, on_host=False)
    world.intend("staging", "v1.0.0")
    assert world.one_pass().action == "deployed"
    with pytest.raises(Failure, match="staging has another agent"):
        other.one_pass(listen="127.0.0.1:0")  # nothing is live there: it would heal
    world.release("v1.0.1", value=0.5, on_host=False)
    world.intend("staging", "v1.0.1")
    with pytest.raises(Failure, match="staging has another agent"):
        other.one_pass(listen="127.0.0.1:0")

    assert other.server() is None
    assert [record.result for record in ledger.read(world.git)][-1] is None
    assert world.one_pass().action == "deployed"
    assert world.predict() == ("v1.0.1", 0.5)
    assert world.one_pass().action == "none"


@pytest.mark.slow
def test_an_agent_that_is_taken_over_amid_a_rollout_does_not_finish_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    world.release("v1.0.1", value=0.5)
    intent = world.intend("staging", "v1.0.1")
    agent = world.agent()
    ensure = Store.ensure

    def taken_over(store: Store, digest: str, fetch: Callable[[Path], None]) -> Path:
        claim(world, "two", take_over=True).hold()
        return ensure(store, digest, fetch)

    monkeypatch.setattr(Store, "ensure", taken_over)
    done = agent.one_pass()
    agent.close()

    assert done.action == "withdrawn"
    assert ledger.outcome_of(ledger.read(world.git), intent) is None
    assert world.predict() == ("v1.0.0", 0.125)


def test_the_claim_says_whose_it_is(world: World, tmp_path: Path) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    git = Git(tmp_path / "work")
    git.fetch(f"+{REF}:{REF}")

    assert git.text("log", "-1", "--format=%s", REF).endswith(str(world.state))
    assert git.text("ls-tree", REF) == ""
