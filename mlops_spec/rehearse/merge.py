"""Merges a pull request as a person would: at once, or through the queue where main has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import events
from mlops_spec.rehearse.hub import queue
from mlops_spec.rehearse.hub.request import Refused
from mlops_spec.rehearse.hub.rulesets import rules

if TYPE_CHECKING:
    from mlops_spec.rehearse.run import Run
    from mlops_spec.rehearse.world import World


def merge_pull(world: World, number: int, login: str) -> list[Run]:
    """What the merge started; where the queue threw the pull request out, what it had run.

    Raises:
        Failure: main's rules do not let it in.
    """
    hub = world.hub
    before = hub.origin.branch(world.main)
    assert before is not None
    asked = rules(hub, world.main, world.person(login))
    if asked.queue:
        return _by_queue(world, number, login)
    method = "squash" if asked.linear else "merge"
    path = f"/repos/{world.repository}/pulls/{number}/merge"
    world.forge(login).send("PUT", path, {"merge_method": method}, needs="contents: write")
    return world.workflows.dispatch(events.push(hub, before, world.person(login), world.api_url))


def _by_queue(world: World, number: int, login: str) -> list[Run]:
    hub, pull, person = world.hub, world.hub.pull(number), world.person(login)
    assert pull is not None, number
    try:
        entry = queue.enter(hub, pull, person)
    except Refused as refused:
        raise Failure(refused.message, exit_code=Exit.FINDINGS) from None
    ran = world.workflows.dispatch(events.merge_group(hub, entry, world.main, world.api_url))
    if queue.leave(hub, entry, person):
        return ran
    return world.workflows.dispatch(events.push(hub, entry.base, queue.QUEUE, world.api_url))
