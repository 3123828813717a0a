"""The hub's issuer: who gets a token, what it says, and who is sent away."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jwt
import pytest

from mlops_spec.rehearse.hub import identity
from mlops_spec.rehearse.hub.deployments import refusal
from mlops_spec.rehearse.hub.issuer import Issuer
from mlops_spec.rehearse.hub.tokens import JobToken

REF = "refs/heads/main"


def record(**more: Any) -> JobToken:
    workflow = f"acme/churn/.github/workflows/mlops-merge.yml@{REF}"
    usual: dict[str, Any] = {
        "value": "job-token",
        "repository": "acme/churn",
        "run": 7,
        "event": "push",
        "ref": REF,
        "sha": "c0ffee",
        "actor": "alice",
        "workflow": "mlops-merge",
        "workflow_ref": workflow,
        "job": "train",
        "job_workflow_ref": workflow,
        "permissions": {"id-token": "write"},
    }
    return JobToken(**{**usual, **more})


def ask(url: str, token: str = "") -> Any:
    headers = {"Authorization": f"bearer {token}"} if token else {}
    with urlopen(Request(url, headers=headers), timeout=10) as answer:
        return json.load(answer)


def test_it_answers_as_an_issuer_does(stage: Any) -> None:
    issuer = identity.issuer(stage.api_url)
    found = ask(f"{issuer}/.well-known/openid-configuration")
    (key,) = ask(found["jwks_uri"])["keys"]

    assert found["issuer"] == issuer
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]
    assert {"kty": "RSA", "alg": "RS256", "use": "sig"}.items() <= key.items()
    assert "d" not in key  # nothing of the private one


@pytest.mark.parametrize(
    ("more", "subject"),
    [
        ({}, "ref:refs/heads/main"),
        ({"event": "pull_request", "ref": "refs/pull/3/merge"}, "pull_request"),
        ({"event": "pull_request", "environment": "training"}, "environment:training"),
        ({"environment": "a:b"}, "environment:a%3Ab"),
        ({"event": "schedule"}, "ref:refs/heads/main"),
        ({"ref": "refs/tags/v1"}, "ref:refs/tags/v1"),
    ],
)
def test_an_environment_goes_before_a_pull_request_and_that_before_a_reference(
    stage: Any, more: dict[str, str], subject: str
) -> None:
    assert identity.subject(stage.hub, record(**more)) == f"repo:acme/churn:{subject}"

    stage.hub.settings.immutable_subject = True
    assert identity.subject(stage.hub, record(**more)) == f"repo:acme@1/churn@1:{subject}"
    assert stage.as_("carol").get("/repos/acme/churn/actions/oidc/customization/sub", needs="") == {
        "use_default": True,
        "use_immutable_subject": True,
        "sub_claim_prefix": "repo:acme@1/churn@1",
    }


def test_the_audience_is_the_one_that_is_asked_for(stage: Any) -> None:
    job = record()
    given = identity.environment(job, stage.api_url)
    url, token = given["ACTIONS_ID_TOKEN_REQUEST_URL"], given["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    with stage.hub.known([job]):
        asked, usual = ask(f"{url}&audience=x%2Fy", token), ask(url, token)

    audiences = [jwt.decode(each["value"], options={"verify_signature": False})["aud"] for each in (asked, usual)]
    assert audiences == ["x/y", "https://github.com/acme"]
    assert asked["count"] == len(asked["value"])


@pytest.mark.parametrize(
    ("permissions", "token", "status"),
    [
        ({"contents": "write"}, "job-token-identity", 403),
        ({"id-token": "write"}, "job-token", 401),  # what the API knows is no key to identities
        ({"id-token": "write"}, "another-identity", 401),
        ({"id-token": "write"}, "", 401),
    ],
)
def test_nobody_else_gets_a_token(stage: Any, permissions: dict[str, str], token: str, status: int) -> None:
    job = record(permissions=permissions)
    with stage.hub.known([job]), pytest.raises(HTTPError) as refused:
        ask(f"{identity.issuer(stage.api_url)}/token?audience=x", token)
    with refused.value:
        assert refused.value.code == status
    if permissions != {"id-token": "write"}:
        assert identity.environment(job, stage.api_url) == {}


def test_a_token_ends_with_its_job(stage: Any) -> None:
    job = record()
    given = identity.environment(job, stage.api_url)
    with pytest.raises(HTTPError) as refused:
        ask(given["ACTIONS_ID_TOKEN_REQUEST_URL"], given["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
    with refused.value:
        assert refused.value.code == 401


def test_a_clock_that_goes_wrong_shows_in_the_token() -> None:
    times = [
        jwt.decode(Issuer(timedelta(hours=hours)).sign({}), options={"verify_signature": False}) for hours in (-1, 0, 1)
    ]

    assert times[1]["iat"] - times[0]["iat"] in range(3598, 3603)
    assert times[2]["nbf"] - times[1]["exp"] in range(3298, 3303)


ANY: dict[str, Any] = {"protected_branches": False, "custom_branch_policies": True}


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("refs/heads/main", ""),
        ("refs/heads/release/1", ""),
        ("refs/heads/release/1/x", 'Branch "release/1/x" is not allowed to deploy to training'),
        ("refs/heads/slower", 'Branch "slower" is not allowed to deploy to training'),
        ("refs/pull/3/merge", 'Branch "3/merge" is not allowed to deploy to training'),
        ("refs/tags/v1", ""),
        ("refs/tags/main", 'Tag "main" is not allowed to deploy to training'),
    ],
)
def test_who_may_deploy(stage: Any, ref: str, said: str) -> None:
    policies = [{"name": "main"}, {"name": "release/*"}, {"name": "v*", "type": "tag"}]
    stage.hub.settings.environments["training"] = {"branches": ANY, "policies": policies, "reviewers": []}
    found = refusal(stage.hub, record(ref=ref, environment="training"))

    assert found.startswith(said)
    assert bool(found) == bool(said)
    assert refusal(stage.hub, record(ref=ref, environment="unknown")) == ""


def test_protected_branches_are_the_guarded_one(stage: Any) -> None:
    limit = {"protected_branches": True, "custom_branch_policies": False}
    stage.hub.settings.environments["training"] = {"branches": limit, "policies": [], "reviewers": []}

    assert refusal(stage.hub, record(environment="training")) == ""
    assert refusal(stage.hub, record(environment="training", ref="refs/heads/slower"))
