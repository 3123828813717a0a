"""Which record may follow which: every rule, broken alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mlops_spec.ledger.chain import BrokenError, Chain
from mlops_spec.ledger.record import Approval, Draft, Package, What, Who, Why

from .conftest import ALICE, LOG, digest, intent, outcome, registration, sealed

V1, V2 = registration("v1.0.0"), registration("v1.1.0")
STAGE = intent("v1.0.0", 1)
STAGED = [V1, STAGE, outcome(STAGE, 1)]
PROMOTE = intent("v1.0.0", 1, "production", after="staging")
REVOKE = Draft(
    event="revoke", who=ALICE, what=What(model="churn", version="v1.0.0"), why=Why(kind="manual", text="Withdrawn")
)


def what(draft: Draft, **values: Any) -> Draft:
    return replace(draft, what=replace(draft.what, **values))


def taken(drafts: list[Draft]) -> Chain:
    chain = Chain()
    for raw in sealed(drafts):
        chain.take(raw)
    return chain


@pytest.mark.parametrize(
    "drafts",
    [
        [V1, V2],
        STAGED,
        [*STAGED, PROMOTE, outcome(PROMOTE, 3, "rolled-back")],
        [V1, STAGE, outcome(STAGE, 1, "failed"), intent("v1.0.0", 2)],
        [V1, STAGE, V2],
        [V1, REVOKE],
        [Draft(event="monitor.heartbeat", who=ALICE, what=What(model="churn"))],
    ],
    ids=["versions", "staged", "rolled back", "again", "registered meanwhile", "revoked", "heartbeat"],
)
def test_legal(drafts: list[Draft]) -> None:
    assert taken(drafts).frontier.size == len(drafts)


APPROVAL = Approval(login="bob", kind="human", head_sha="a" * 40, at="2026-11-01T00:00:00Z", review_id=1)
TWICE = Who(actor=ALICE.actor, approvals=(APPROVAL, replace(APPROVAL, login="Bob", review_id=2)))


@pytest.mark.parametrize(
    ("drafts", "reason"),
    [
        ([V1, V1], "v1.0.0 is not newer than v1.0.0"),
        ([V2, V1], "v1.0.0 is not newer than v1.1.0"),
        ([what(V1, tag=None)], "a registration names"),
        ([replace(V1, from_what=None)], "a registration names"),
        ([replace(V1, why=Why(kind="change"))], "a registration names"),
        ([what(V1, model="other")], "is not that of other"),
        ([STAGE], "v1.0.0 was never registered"),
        ([V1, what(STAGE, package=Package(digest=digest("v9")))], "was registered as"),
        ([V1, what(STAGE, serial=None)], "an intent names"),
        ([V1, what(STAGE, environment=None)], "an intent names"),
        ([V1, intent("v1.0.0", 2)], "serial 2 on base 1, but staging is at serial 0"),
        ([V1, what(STAGE, base_serial=5)], "serial 1 on base 5"),
        ([*STAGED, intent("v1.0.0", 1)], "staging is at serial 1"),
        ([V1, STAGE, intent("v1.0.0", 2)], "intent 1 is still open"),
        ([V1, PROMOTE], "was never live in staging"),
        ([V1, STAGE, outcome(STAGE, 1, "failed"), PROMOTE], "was never live in staging"),
        ([*STAGED[:1], replace(STAGE, who=TWICE)], "one approver counts once"),
        ([V1, REVOKE, STAGE], r"v1\.0\.0 was revoked by alice \(record 1\): Withdrawn"),
        ([*STAGED, REVOKE, PROMOTE], "was revoked by alice"),
        ([V1, REVOKE, REVOKE], "was revoked before, by record 1"),
        ([V1, replace(REVOKE, why=None)], "a revocation says why"),
        ([V1, what(REVOKE, version=None)], "no version was never registered"),
        ([REVOKE], "was never registered"),
        ([V1, outcome(STAGE, 1)], "closes 1, which is no open intent"),
        ([V1, STAGE, outcome(STAGE, 0)], "closes 0, which is no open intent"),
        ([*STAGED, outcome(STAGE, 1)], "closes 1, which is no open intent"),
        ([V1, STAGE, what(outcome(STAGE, 1), version="v1.1.0")], "not about what intent 1 wanted"),
        ([V1, STAGE, what(outcome(STAGE, 1), serial=2)], "not about what intent 1 wanted"),
        ([V1, STAGE, replace(outcome(STAGE, 1), result="pass")], "no outcome of a deployment"),
    ],
)
def test_illegal(drafts: list[Draft], reason: str) -> None:
    with pytest.raises(BrokenError, match=reason) as raised:
        taken(drafts)
    assert raised.value.seq == len(drafts) - 1


def test_a_record_of_another_ledger_does_not_follow() -> None:
    raws = sealed(STAGED)
    others = [raw.replace(LOG.encode(), b"github.com/evil/churn#1") for raw in raws]
    chain = Chain()
    chain.take(raws[0])
    with pytest.raises(BrokenError, match="hash is not that of its content"):
        chain.take(others[1])
