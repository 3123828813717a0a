"""Runs that wait for a person: a workflow's own token opens pull requests where that is allowed, and starts nothing."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.api import GitHub, pulls
from mlops_spec.rehearse.hub import approvals
from mlops_spec.rehearse.hub.tokens import JobToken

REFERENCE = "acme/churn/.github/workflows/mlops-merge.yml@refs/heads/main"
JOB = JobToken(
    *("job-token", "acme/churn", 7, "push", "refs/heads/main", "c0ffee", "alice", "mlops-merge", REFERENCE),
    *("propose-production", REFERENCE, {"contents": "write", "pull-requests": "write", "actions": "write"}),
)
APPROVE = "/repos/acme/churn/actions/runs/{}/approve"


def as_job(stage: Any) -> GitHub:
    return GitHub("acme/churn", JOB.value, stage.api_url, sleep=lambda _: None)


def test_a_run_waits_until_a_person_lets_it_start(stage: Any) -> None:
    approvals.hold(stage.hub, 8)
    assert approvals.approved_by(stage.hub, 8) == ""

    stage.as_("bob").send("POST", APPROVE.format(8), {}, needs="actions: write")

    assert approvals.approved_by(stage.hub, 8) == "bob"


def test_neither_a_job_nor_who_only_reads_lets_it_start(stage: Any) -> None:
    approvals.hold(stage.hub, 8)

    with stage.hub.known([JOB]), pytest.raises(Failure, match="not accessible by integration"):
        as_job(stage).send("POST", APPROVE.format(8), {}, needs="actions: write")
    with pytest.raises(Failure):
        stage.as_("eve").send("POST", APPROVE.format(8), {}, needs="actions: write")

    assert approvals.approved_by(stage.hub, 8) == ""


def test_a_run_that_does_not_wait_is_let_start_by_nobody(stage: Any) -> None:
    with pytest.raises(Failure, match="not from a fork pull request"):
        stage.as_("bob").send("POST", APPROVE.format(9), {}, needs="actions: write")


def test_a_job_opens_a_pull_request_where_an_administrator_lets_it(stage: Any) -> None:
    stage.commit("work", "model.yaml", "spec: 1\n")
    asked = {"title": "Work", "head": "work", "base": "main", "body": ""}

    with stage.hub.known([JOB]):
        with pytest.raises(Failure, match="not permitted to create or approve pull requests"):
            pulls.create(as_job(stage), **asked)
        stage.hub.settings.actions["workflow"]["can_approve_pull_request_reviews"] = True
        assert pulls.create(as_job(stage), **asked).number == 1
