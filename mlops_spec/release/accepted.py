"""An approver's word for gates that are inconclusive: approving reviews of the merged pull request that say why."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlops_spec.integrity.judgement import pair
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.record import Accepted
from mlops_spec.platforms.github.api import approvals, people, pulls
from mlops_spec.release.approvals import approval_of, barred, merged_by
from mlops_spec.spec.measures import may_accept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import Approval
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.shapes import PullRequest, Review
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.release.candidate import Candidate
    from mlops_spec.spec import Spec

SHORTEST = 20  # characters; fewer give no reason


@dataclass(frozen=True)
class Words:
    """What approvers of a pull request said of gates, by the gates' ids, and the approvals that they said it in."""

    pull_request: int | None
    by_gate: Mapping[str, Accepted]
    approvals: tuple[Approval, ...]


def heard(candidate: Candidate, forge: Callable[[], GitHub]) -> Candidate:
    """The candidate with the words for those of its gates that wait for one; the forge is asked only if some do.

    Raises:
        Failure: who is in a team can't be told (exit 78), or the forge does not answer (69).
    """
    waiting = [gate.id for gate in candidate.bundle.judged.gates if gate.review]
    if not waiting or candidate.stopping:
        return candidate  # what failed stops it, whatever somebody says of the rest
    words = _words(forge(), candidate, _gates_by_name(candidate, waiting))
    who = replace(candidate.who, approvals=(*candidate.who.approvals, *words.approvals))
    bundle = replace(candidate.bundle, accepted=words.by_gate)
    return replace(candidate, bundle=bundle, who=who, pull_request=words.pull_request)


def asked(candidate: Candidate) -> str:
    """What somebody has to do where a word is missing."""
    names = _gates_by_name(candidate, [gate.id for gate in candidate.blocking])
    lines = " and ".join(f"`accept {name}: why`" for name in dict.fromkeys(called[-1] for called in names.values()))
    where = f"#{candidate.pull_request}" if candidate.pull_request else "a pull request that brings it in"
    return (
        f"of {', '.join(may_accept(candidate.spec))} one who wrote nothing of it approves the last commit of {where} "
        f"with {lines}, in {SHORTEST} characters or more; then run this job again"
    )


def unfounded(bundle: Bundle, registered: Record, spec: Spec) -> Iterator[str]:
    """Why words on record could not let a version through; whether they were given only the forge can tell."""
    gates = registered.why.gates if registered.why else ()
    allowed = {name.removeprefix("@").lower() for name in may_accept(spec)}
    for judged, gate in zip(bundle.judged.gates, gates, strict=True):
        word = gate.accepted
        if word is None:
            continue
        if not judged.review:
            yield f"{gate.id} is accepted by {word.login}, but by the spec its release stops there"
        elif word.login.lower() not in allowed and not any("/" in name for name in allowed):
            yield f"{gate.id} is accepted by {word.login}, whom the spec does not name"


def _gates_by_name(candidate: Candidate, waiting: Sequence[str]) -> dict[str, tuple[str, ...]]:
    paired = pair(candidate.spec, candidate.bundle.judged.gates)[0]
    return {found.id: (found.id, demand.id) for demand, found in paired if found.id in waiting}


def _words(github: GitHub, candidate: Candidate, names: Mapping[str, tuple[str, ...]]) -> Words:
    pull = merged_by(github, candidate.tree.commit, candidate.spec.branch)
    if pull is None:
        return Words(None, {}, ())
    reviews = list(_counting_approvals(github, pull, candidate.spec))
    by_gate = {gate: word for gate, called in names.items() if (word := _word(reviews, called))}
    used = {word.review_id for word in by_gate.values()}
    return Words(pull.number, by_gate, tuple(approval_of(each, pull) for each in reviews if each.id in used))


def _counting_approvals(github: GitHub, pull: PullRequest, spec: Spec) -> Iterator[Review]:
    reviews = pulls.reviews(github, pull.number)
    if approvals.wanted_changes(reviews):
        return
    allowed = may_accept(spec)
    for review in approvals.counted(reviews, head_sha=pull.head.sha, nobody_of=barred(github, pull, ())):
        if review.user and people.is_named(github, review.user.login, allowed):
            yield review


def _word(reviews: Sequence[Review], called: Sequence[str]) -> Accepted | None:
    for review in reviews:
        for name in called:
            reason = _reason(review.body or "", name)
            if reason and review.user:
                return Accepted(login=review.user.login, review_id=review.id, text=reason)
    return None


def _reason(body: str, name: str) -> str:
    """What stands behind `accept NAME:` at the begin of a line; nothing where that is no reason.

    >>> _reason("Looks fine.\\r\\n- accept `roc_auc`: too few rows until June, see 88", "roc_auc")
    'too few rows until June, see 88'
    """
    line = re.compile(rf"(?im)^[ \t]*(?:[-*][ \t]+)?accept[ \t]+(`?){re.escape(name)}\1[ \t]*:[ \t]*(.+)$")
    found = (plain(match[2].strip()) for match in line.finditer(body.replace("\r\n", "\n")))
    return next((reason for reason in found if len(reason) >= SHORTEST), "")
