"""The admission of an intent: the agent looks at the evidence itself and trusts no workflow's word for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.ledger.history import time_live
from mlops_spec.ledger.state import holds, unfit
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mlops_spec.ledger import Record
    from mlops_spec.release.world import World


def refusal(intent: Record, world: World) -> str | None:
    """Why this intent must not be carried out, or None. `world` is main's newest commit, in a clone with its tags."""
    what, state = intent.what, world.state
    assert what.version
    assert what.package
    broken = unfit(state, what.version, what.package.digest, what.after)
    if broken is not None:
        return broken
    registered = state.registered[what.version]
    if intent.event == "rollback.intent":  # the ledger's rules know that it was live here; no approval is waited for
        return "; ".join(_tag(registered, world)) or None
    reasons = (*_gates(registered, world.now), *_tag(registered, world), *_promotion(intent, world))
    return "; ".join(reasons) or None


def _gates(registered: Record, now: datetime) -> Iterator[str]:
    day = now.date().isoformat()
    gates = registered.why.gates if registered.why is not None else ()
    for gate in gates:
        if not holds(gate, day):
            yield f"gate `{gate.id}` is {gate.verdict}" + (
                f", its waiver ended on {gate.waived_until}" if gate.waived_until else ""
            )


def _tag(registered: Record, world: World) -> Iterator[str]:
    tag, source = registered.what.tag, registered.from_what
    if tag is None or source is None:
        yield f"the record of {registered.what.version} names no tag or no commit"
        return
    found = next(iter(world.git.tags(tag.name)), None)
    if found is None:
        yield f"tag {tag.name} is gone"
    elif (found.object, found.target) != (tag.object, tag.target):
        yield f"tag {tag.name} was moved: recorded as {tag.object[:12]}, now {found.object[:12]}"
    if not world.git.is_ancestor(source.commit, world.commit):
        yield f"commit {source.commit[:12]}, which it was made from, is not on main"


def _promotion(intent: Record, world: World) -> Iterator[str]:
    environment = world.spec.environments[intent.what.environment or ""]
    before, wanted = environment.after, environment.promote
    if before == "merge":
        return
    if intent.what.after != before:
        yield f"the intent does not say that it was live in {before}"
    lived = time_live(world.records, intent.what.model, before, str(intent.what.version), world.now).total_seconds()
    if wanted.soak is not None and lived < seconds(wanted.soak):
        yield f"it was live in {before} for {lived:.0f} s, {wanted.soak} are asked for"
    given = {approval.login.lower() for approval in intent.who.approvals}
    allowed = {name.removeprefix("@").lower() for name in wanted.approvers or world.spec.owners}
    if not any("/" in name for name in allowed):  # who is in a team only the forge can tell
        given &= allowed
    if len(given) < wanted.approvals:
        yield f"{len(given)} of {wanted.approvals} approvals are recorded"
