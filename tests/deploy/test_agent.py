"""The agent brings a host to what Git and the ledger say, answers, and heals what drifts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.deploy.outcome import Answers
from mlops_spec.deploy.store import Store
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, Update
from mlops_spec.ledger.record import Draft, GateResult, What, Why

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

FAILED = GateResult(id="roc_auc", kind="metric", metric="roc_auc", value=0.5, verdict="fail")
SOON = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
LONG_AGO = "2020-01-31"


def test_it_waits_until_something_is_asked_for(world: World) -> None:
    done = world.one_pass()

    assert (done.action, done.version) == ("waiting", None)
    assert world.server() is None


def test_an_intent_is_carried_out_and_answered(world: World) -> None:
    found = world.release("v1.0.0", value=0.125, on_host=False)
    intent = world.intend("staging", "v1.0.0")

    done = world.one_pass()

    assert (done.action, done.version, done.digest, done.serial) == ("deployed", "v1.0.0", found, 1)
    assert world.predict() == ("v1.0.0", 0.125)
    assert world.live()["digest"] == found
    outcome = world.outcome()
    assert (outcome.closes, outcome.result, outcome.who.actor.login) == (intent.seq, "succeeded", "agent:staging")
    assert world.one_pass().action == "none"


@pytest.mark.usefixtures("in_memory")
def test_a_default_branch_that_is_renamed_is_followed_once_the_spec_says_so_too(world: World) -> None:
    agent, origin = world.agent(), Git(world.root / "origin.git")
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    assert agent.one_pass().action == "deployed"
    origin.run("branch", "-m", "main", "trunk")
    origin.run("symbolic-ref", "HEAD", "refs/heads/trunk")

    with pytest.raises(Failure, match="couldn't find remote ref"):  # of the name that it knew
        agent.one_pass()
    with pytest.raises(Failure, match=r"default branch is trunk, but its model\.yaml says `branch: main`") as raised:
        agent.one_pass()
    assert raised.value.exit_code == Exit.CONFIG
    assert world.predict()[0] == "v1.0.0"

    world.branch = "trunk"
    world.spec()
    assert agent.one_pass().action == "none"
    agent.close()


@pytest.mark.usefixtures("in_memory")
def test_an_idle_pass_asks_the_remote_once_for_main_and_once_for_the_ledger(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    world.one_pass()
    asked: list[str] = []
    for call in ("fetch", "remote_refs"):
        real = getattr(Git, call)
        monkeypatch.setattr(Git, call, lambda git, *refs, real=real: (asked.append(refs[0]), real(git, *refs))[1])

    assert world.one_pass().action == "none"
    assert asked == ["+refs/heads/main:refs/remotes/origin/main", "refs/heads/audit-log"]


@pytest.mark.usefixtures("in_memory")
def test_the_next_version_replaces_it_and_the_old_one_stays_on_the_host(world: World) -> None:
    for number, version in enumerate(("v1.0.0", "v1.0.1", "v1.1.0")):
        world.release(version, value=number / 8)
        world.intend("staging", version)
        assert world.one_pass().action == "deployed"
        assert world.predict() == (version, number / 8)

    kept = {path.name for path in (world.state / "packages").iterdir()}

    assert kept == {world.digests[version].removeprefix("sha256:") for version in ("v1.0.1", "v1.1.0")}


@pytest.mark.usefixtures("in_memory")
def test_a_promoted_environment_serves_what_main_declares(world: World) -> None:
    world.release("v1.0.0")
    world.close(world.intend("staging", "v1.0.0"))
    world.intend("production", "v1.0.0")
    undeclared = world.one_pass("production")
    world.declare("v1.0.0", serial=1)

    declared = world.one_pass("production")

    assert (undeclared.action, declared.action) == ("waiting", "deployed")


@pytest.mark.parametrize(
    ("gates", "reason"),
    [
        ((FAILED,), "gate `roc_auc` is fail"),
        (
            (GateResult(id="roc_auc", kind="metric", verdict="inconclusive", waived_until=LONG_AGO),),
            "its waiver ended on 2020-01-31",
        ),
    ],
)
@pytest.mark.usefixtures("in_memory")
def test_what_no_gate_let_through_is_refused(world: World, gates: tuple[GateResult, ...], reason: str) -> None:
    world.release("v1.0.0", gates=gates)
    world.intend("staging", "v1.0.0")

    done = world.one_pass()

    assert (done.action, done.exit_code) == ("failed", Exit.FINDINGS)
    assert reason in done.reason
    assert (world.outcome().result, world.outcome().why.text) == ("failed", done.reason)
    assert world.server() is None


@pytest.mark.usefixtures("in_memory")
def test_a_waiver_that_holds_lets_it_through(world: World) -> None:
    world.release("v1.0.0", gates=(GateResult(id="roc_auc", kind="metric", verdict="fail", waived_until=SOON),))
    world.intend("staging", "v1.0.0")

    assert world.one_pass().action == "deployed"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"approvals": ()}, "0 of 1 approvals are recorded"),
        ({"after": None}, "the intent does not say that it was live in staging"),
    ],
)
@pytest.mark.usefixtures("in_memory")
def test_a_promotion_without_its_proof_is_refused(world: World, changes: dict[str, Any], reason: str) -> None:
    world.release("v1.0.0")
    world.close(world.intend("staging", "v1.0.0"))
    world.declare("v1.0.0", serial=1)
    world.intend("production", "v1.0.0", **changes)

    done = world.one_pass("production")

    assert (done.action, reason in done.reason) == ("failed", True)


@pytest.mark.usefixtures("in_memory")
def test_a_version_that_did_not_soak_is_refused(world: World) -> None:
    world.spec(production={"promote": {"soak": "1h"}})
    world.release("v1.0.0")
    world.close(world.intend("staging", "v1.0.0"))
    world.declare("v1.0.0", serial=1)
    world.intend("production", "v1.0.0")

    done = world.one_pass("production")

    assert (done.action, done.reason.endswith(" s, 1h are asked for")) == ("failed", True)


@pytest.mark.usefixtures("in_memory")
def test_a_tag_that_was_moved_is_refused(world: World) -> None:
    world.release("v1.0.0", value=0.1)
    world.intend("staging", "v1.0.0")
    (recorded,) = world.git.remote_refs("refs/tags/demo@v1.0.0").values() or [None]
    moved = world.git.write_tag("demo@v1.0.0", world.commit, message="moved\n", when=datetime.now(UTC))
    world.git.push(Update("refs/tags/demo@v1.0.0", moved, recorded))

    done = world.one_pass()

    assert done.action == "failed"
    assert f"tag demo@v1.0.0 was moved: recorded as {recorded[:12]}, now {moved[:12]}" in done.reason


@pytest.mark.usefixtures("in_memory")
def test_a_revoked_version_is_refused(world: World) -> None:
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    who = world.outcome_who()
    why = Why(kind="manual", text="Withdrawn rows")
    revoke = Draft(event="revoke", who=who, what=What(model="demo", version="v1.0.0"), why=why)
    ledger.append(world.git, ledger.head(world.git), [revoke])

    done = world.one_pass()

    assert (done.action, done.reason) == ("failed", "v1.0.0 was revoked by alice (record 2): Withdrawn rows")


@pytest.mark.usefixtures("in_memory")
def test_a_package_that_was_changed_in_the_remote_is_never_loaded(world: World) -> None:
    world.release("v1.0.0", value=0.125, on_host=False)
    code = next(path for path in world.remote.rglob("*") if path.is_file() and path.read_text() == "0.125")
    code.write_text("0.999")
    world.intend("staging", "v1.0.0")

    done = world.one_pass()

    assert (done.action, world.outcome().result) == ("failed", "failed")
    assert "the DVC remote gives another content" in done.reason
    assert world.server() is None


@pytest.mark.usefixtures("in_memory")
def test_a_package_whose_listing_was_changed_is_never_loaded(world: World) -> None:
    """DVC by itself takes what it finds in a changed listing of a folder."""
    world.release("v1.0.0", value=0.125, on_host=False)
    listing = next(world.remote.rglob("*.dir"))
    kept = [entry for entry in json.loads(listing.read_bytes()) if entry["relpath"] != "model/value"]
    listing.write_text(json.dumps(kept))
    world.intend("staging", "v1.0.0")

    done = world.one_pass()

    assert (done.action, world.outcome().result) == ("failed", "failed")
    assert "the DVC remote gives another content" in done.reason
    assert world.server() is None


@pytest.mark.usefixtures("in_memory")
def test_a_remote_that_is_away_leaves_the_intent_open(world: World) -> None:
    world.release("v1.0.0", value=0.125, on_host=False)
    world.intend("staging", "v1.0.0")
    away = world.remote.rename(world.root / "away")

    with pytest.raises(Failure, match="the DVC remote does not give the package") as failure:
        world.one_pass()
    away.rename(world.remote)

    assert failure.value.exit_code == Exit.UNAVAILABLE
    assert world.one_pass().action == "deployed"


@pytest.mark.usefixtures("in_memory")
def test_a_model_that_is_gone_from_the_remote_leaves_the_old_one_live(world: World) -> None:
    """One file of it; the intent stays open, so that the package can still be put back."""
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    world.release("v1.0.1", value=0.5, on_host=False)
    intent = world.intend("staging", "v1.0.1")
    gone = next(path for path in world.remote.rglob("*") if path.is_file() and path.read_text() == "0.5")
    gone.rename(world.root / "gone")

    with pytest.raises(Failure, match="the DVC remote does not give the package") as failure:
        world.one_pass()

    assert failure.value.exit_code == Exit.UNAVAILABLE
    assert ledger.open_intents(ledger.read(world.git)) == (intent,)
    assert world.predict() == ("v1.0.0", 0.125)
    (world.root / "gone").rename(gone)
    assert world.one_pass().action == "deployed"


def test_a_lock_that_names_another_package_is_refused(world: World) -> None:
    world.release("v1.0.0", value=0.125, on_host=False)
    world.release("v1.0.1", value=0.5, on_host=False)
    store = Store(world.state / "packages")
    with pytest.raises(Failure, match="has digest"):
        store.ensure(
            world.digests["v1.0.0"], lambda folder: shutil.copytree(world.root / "built/v1.0.1", folder) and None
        )

    assert list((world.state / "packages").iterdir()) == []


def test_a_version_that_can_not_be_loaded_fails_and_the_old_one_stays(world: World) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    world.release("v1.0.1", code="def load(folder): raise RuntimeError('no model here')")
    world.intend("staging", "v1.0.1")

    done = world.one_pass()

    assert (done.action, world.outcome().result) == ("failed", "failed")
    assert "no model here" in done.reason
    assert world.predict() == ("v1.0.0", 0.125)
    assert world.one_pass().action == "none"


def test_a_server_that_died_is_started_again_with_what_it_served(world: World) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    before = world.server()
    world.kill_server()

    done = world.one_pass()

    assert (done.action, done.reason) == ("healed", "the server was started again")
    assert world.predict() == ("v1.0.0", 0.125)
    assert world.server() != before


@pytest.mark.slow
def test_a_package_that_was_damaged_on_the_host_is_fetched_again(world: World) -> None:
    found = world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    world.kill_server()
    (world.state / "packages" / found.removeprefix("sha256:") / "model/value").write_text("0.999")

    done = world.one_pass()

    assert done.action == "healed"
    assert world.predict() == ("v1.0.0", 0.125)


def test_a_server_that_hangs_is_replaced(world: World) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    hanging = world.server()
    assert hanging is not None
    os.kill(hanging, signal.SIGSTOP)

    done = world.one_pass()

    assert (done.action, world.server() == hanging) == ("healed", False)
    assert world.predict() == ("v1.0.0", 0.125)


@pytest.mark.usefixtures("in_memory")
def test_another_version_than_the_recorded_one_is_replaced(world: World) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    world.release("v1.0.1", value=0.5)
    world.close(world.intend("staging", "v1.0.1"))

    done = world.one_pass()

    assert (done.action, done.version) == ("healed", "v1.0.1")
    assert world.predict() == ("v1.0.1", 0.5)


def test_with_the_forge_away_it_keeps_serving_and_restarts_the_server(world: World) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    world.kill_server()
    shutil.move(world.root / "origin.git", world.root / "away.git")
    shutil.rmtree(world.remote)

    with pytest.raises(Failure, match="not available") as failure:
        world.one_pass()

    assert failure.value.exit_code == Exit.UNAVAILABLE
    assert world.predict() == ("v1.0.0", 0.125)


@pytest.mark.usefixtures("in_memory")
def test_rolling_back_needs_no_remote(world: World) -> None:
    """The version before is still on the host."""
    for version, value in (("v1.0.0", 0.125), ("v1.0.1", 0.5)):
        world.release(version, value=value)
        world.intend("staging", version)
        world.one_pass()
    shutil.rmtree(world.remote)
    world.intend("staging", "v1.0.0")

    done = world.one_pass()

    assert (done.action, done.serial) == ("deployed", 3)
    assert world.predict() == ("v1.0.0", 0.125)


@pytest.mark.usefixtures("in_memory")
def test_a_ledger_that_was_rewritten_stops_it(world: World) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    world.git.fetch("refs/heads/audit-log")
    head = world.git.remote_refs("refs/heads/audit-log")["refs/heads/audit-log"]
    older = world.git.text("rev-parse", f"{head}~1")
    world.git.push(Update("refs/heads/audit-log", older, head))

    with pytest.raises(Failure, match="was rewritten") as failure:
        world.one_pass()

    assert failure.value.exit_code == Exit.FINDINGS
    assert world.predict() == ("v1.0.0", 0.125)


def test_there_is_one_agent_for_a_folder(world: World) -> None:
    first = world.agent()

    with pytest.raises(Failure, match="has an agent already, by process") as failure:
        world.agent()
    first.close()
    world.agent().close()

    assert failure.value.exit_code == Exit.STALE


def test_a_port_that_is_taken_leaves_the_intent_open(world: World) -> None:
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", world.port))
        taken.listen()
        with pytest.raises(Failure, match=f"can't listen at 127.0.0.1:{world.port}: another process does") as failure:
            world.one_pass()

    assert failure.value.exit_code == Exit.CONFIG
    assert world.one_pass().action == "deployed"


@pytest.mark.parametrize(
    ("environment", "spec", "message", "code"),
    [
        ("nowhere", {}, "model.yaml has no environment `nowhere`", Exit.CONFIG),
        ("staging", {"staging": {"target": "kserve"}}, "target", Exit.USAGE),
    ],
)
def test_what_is_set_up_wrongly_is_said(
    world: World, environment: str, spec: dict[str, Any], message: str, code: Exit
) -> None:
    world.spec(**spec)

    with pytest.raises(Failure, match=message) as failure:
        world.one_pass(environment)

    assert failure.value.exit_code == code


def test_a_repository_that_is_not_there(world: World) -> None:
    shutil.rmtree(world.root / "origin.git")

    with pytest.raises(Failure, match="not available") as failure:
        world.one_pass()

    assert failure.value.exit_code == Exit.UNAVAILABLE


@pytest.mark.usefixtures("in_memory")
def test_an_intent_that_was_abandoned_is_not_carried_out(world: World) -> None:
    world.release("v1.0.0", value=0.125)
    intent = world.intend("staging", "v1.0.0")
    world.close(intent, "abandoned")

    assert world.one_pass().action == "waiting"
    assert world.server() is None


@pytest.mark.usefixtures("in_memory")
def test_an_answer_to_an_earlier_intent_is_not_given_to_the_next(world: World) -> None:
    """It was decided on, and the agent died before it was in the ledger; meanwhile somebody abandoned the intent."""
    world.release("v1.0.0", value=0.125)
    earlier = world.intend("staging", "v1.0.0")
    Answers(world.state / "rollouts", "staging").decide(earlier, "failed", "it could not be loaded")
    world.close(earlier, "abandoned")
    later = world.intend("staging", "v1.0.0")

    done = world.one_pass()

    assert (done.action, world.outcome().closes, world.outcome().result) == ("deployed", later.seq, "succeeded")


@pytest.mark.slow
def test_the_listen_address_can_move(world: World, until: Callable[..., None]) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        world.port = probe.getsockname()[1]
    world.spec()

    world.one_pass()

    until(lambda: world.predict() == ("v1.0.0", 0.125))
