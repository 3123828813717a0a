"""The agent brings a host to what Git and the ledger say, and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import World


def test_it_waits_until_something_is_asked_for(world: World) -> None:
    done = world.one_pass()

    assert (done.action, done.version) == ("waiting", None)
    assert world.server() is None


def test_an_intent_is_carried_out_and_answered(world: World) -> None:
    found = world.release("v1.0.0", value=0.125)
    intent = world.intend("staging", "v1.0.0")

    done = world.one_pass()

    assert (done.action, done.version, done.digest, done.serial) == ("deployed", "v1.0.0", found, 1)
    assert world.predict() == ("v1.0.0", 0.125)
    assert world.live()["digest"] == found
    outcome = world.outcome()
    assert (outcome.closes, outcome.result, outcome.who.actor.login) == (intent.seq, "succeeded", "agent:staging")
    assert world.one_pass().action == "none"
