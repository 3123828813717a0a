"""The merge queue: each pull request waits until its checks have passed on what main will be.

https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub import tokens
from mlops_spec.rehearse.hub.merging import default_message, record_merge, refresh, violations
from mlops_spec.rehearse.hub.origin import Conflict
from mlops_spec.rehearse.hub.people import Person
from mlops_spec.rehearse.hub.request import Refused
from mlops_spec.rehearse.hub.rulesets import passed, rules

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.rulesets import Method
    from mlops_spec.rehearse.hub.state import Hub, Pull

#: Who moves the branch in the end.
QUEUE = Person("github-merge-queue[bot]", 118344674, tokens.new("ghs"), type="Bot")


@dataclass(frozen=True)
class Entry:
    """A pull request in the queue: the branch `ref` is at `head`, which is `base` with the pull request merged."""

    pull: int
    method: Method
    base: str
    head: str
    ref: str


def enter(hub: Hub, pull: Pull, person: Person) -> Entry:
    """Puts a pull request into the queue.

    Raises:
        Refused: it is closed, has a conflict, or does not meet the rules of the branch.
    """
    with hub.lock:
        refresh(hub, pull)
        asked = rules(hub, pull.base, person)
        if asked.queue is None:
            raise Refused(422, "Merge queue is not enabled for this branch")
        if pull.state == "closed" or pull.merge_sha is None:
            raise Refused(405, "Pull Request is not mergeable")
        against = violations(hub, pull, asked.queue.lower(), asked)
        if against:
            raise Refused(405, "Repository rule violations found\n\n" + "\n".join(against))
        return _entry(hub, pull, asked.queue)


def _entry(hub: Hub, pull: Pull, method: Method) -> Entry:
    squash = method == "SQUASH"
    message = "\n\n".join(default_message(pull, method.lower()))
    by = pull.user if squash else QUEUE
    head = hub.origin.merge_commit(pull.base_sha, pull.head_sha, message=message, by=by, squash=squash)
    ref = f"refs/heads/gh-readonly-queue/{pull.base}/pr-{pull.number}-{pull.base_sha}"
    hub.origin.move(ref, head)
    return Entry(pull.number, method, pull.base_sha, head, ref)


def leave(hub: Hub, entry: Entry, person: Person) -> str | None:
    """Takes an entry whose runs have ended out of the queue: merged, or else why not; its branch is gone either way."""
    with hub.lock:
        pull = hub.pull(entry.pull)
        assert pull is not None, entry.pull
        failed = [
            f'Required status check "{check.context}" is {state}.'
            for check in rules(hub, pull.base, person).checks
            if (state := passed(hub, check, entry.head)) != "success"
        ]
        hub.origin.delete(entry.ref)
        if failed:
            return "\n".join(failed)
        try:
            hub.origin.move(f"refs/heads/{pull.base}", entry.head, entry.base)
        except Conflict:
            return f"{pull.base} moved"
        record_merge(hub, pull, entry.head, QUEUE)
        return None
