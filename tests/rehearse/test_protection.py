"""Environments, secrets and identities of jobs: what GitHub would refuse is refused, in a real run."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.api import pulls
from mlops_spec.rehearse import events

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

HEAD = "name: mlops-test\non: [push, pull_request]\npermissions: {}\njobs:\n"
CALLED = "on:\n  workflow_call:\n    secrets:\n      KEY: {required: false}\npermissions: {}\njobs:\n"
MAIN_ALONE = {"protected_branches": False, "custom_branch_policies": True}


def job(name: str, *steps: str, more: str = "") -> str:
    lines = "".join(f"      - {step}\n" for step in steps)
    return f"  {name}:\n    runs-on: ubuntu-24.04\n{more}    steps:\n{lines}"


def shown(secret: str = "KEY", context: str = "secrets") -> str:
    expression = f"${{{{ {context}.{secret} }}}}"
    return f"{{run: 'echo \"${{#V}} $V\"', env: {{V: '{expression}'}}}}"


def environment(name: str) -> str:
    return f"    environment: {name}\n"


def protect(machine: Any, name: str, *reviewers: str, branches: tuple[str, ...] = (), **more: Any) -> None:
    """Sets an environment up as an administrator would, by the API."""
    hub, carol = machine.stage.hub, machine.stage.as_("carol")
    path = f"/repos/acme/churn/environments/{name}"
    people = [{"type": "User", "id": hub.person(login).id} for login in reviewers]
    limit = {"deployment_branch_policy": MAIN_ALONE} if branches else {}
    carol.send("PUT", path, {"reviewers": people, **limit, **more}, needs="")
    for branch in branches:
        carol.send("POST", f"{path}/deployment-branch-policies", {"name": branch}, needs="")


def said(run: Any, name: str) -> list[str]:
    return [line for step in run.job(name).steps for line in step.output]


def on_pull_request(machine: Any, workflow: str, *, fork: bool = False) -> Any:
    stage = machine.stage
    stage.commit("main", ".github/workflows/test.yml", workflow)
    stage.commit("slower", "model.yaml", "spec: 2\n")
    pull = pulls.create(stage.as_("alice"), title="Slower", head="slower", base="main", body="")
    event = events.pull_request(stage.hub, stage.hub.pull(pull.number), stage.hub.person("alice"), stage.api_url)
    if fork:
        event.payload["pull_request"]["head"]["repo"] = {"full_name": "eve/churn"}
    return machine.runner.run("test.yml", event, 1)


@contextmanager
def reviewing(machine: Any, login: str, state: str, tried: list[str]) -> Iterator[None]:
    """Somebody looks at the run's pending deployments until there is one, and answers it."""
    person, path = machine.stage.as_(login), "/repos/acme/churn/actions/runs/7/pending_deployments"

    def answer() -> None:
        deadline = time.monotonic() + 60
        while not (found := person.get(path, needs="")) and time.monotonic() < deadline:
            time.sleep(0.05)
        body = {"environment_ids": [found[0]["environment"]["id"]], "state": state, "comment": "Looked at"}
        for other in tried:
            with pytest.raises(Failure) as refused:
                machine.stage.as_(other).send("POST", path, body, needs="")
            refusals.append(refused.value.message)
        person.send("POST", path, body, needs="")

    refusals: list[str] = []
    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        tried[:] = refusals


def test_a_job_sees_the_secrets_of_its_environment_and_of_no_other(machine: Any) -> None:
    machine.stage.hub.settings.secrets |= {
        "": {"KEY": "of-all", "OTHER": "of-others"},
        "training": {"KEY": "of-training"},
    }
    machine.stage.hub.settings.variables |= {"": {"SIZE": "1"}, "training": {"SIZE": "large"}}
    called = CALLED + job("inside", shown(), shown("OTHER"), more=environment("training"))
    run = machine.push(
        test=HEAD
        + job("plain", shown(), shown("SIZE", "vars"))
        + job("in", shown(), shown("SIZE", "vars"), more=environment("{name: training}"))
        + job("elsewhere", shown(), more=environment("staging"))
        + "  passed:\n    uses: $/.github/workflows/called.yml\n    secrets: {KEY: '${{ secrets.NOWHERE }}'}\n"
        + "  kept:\n    uses: $/.github/workflows/called.yml\n"
        + "  inherited:\n    uses: $/.github/workflows/called.yml\n    secrets: inherit\n",
        called=called,
    )

    assert run.result == "success"
    assert said(run, "plain") == ["6 ***", "1 1"]
    assert said(run, "in") == ["11 ***", "5 large"]
    assert said(run, "elsewhere") == ["6 ***"]
    assert said(run, "passed / inside") == ["11 ***", "0 "]  # the environment gives a passed name its own value
    assert said(run, "kept / inside") == ["0 ", "0 "]  # and adds none
    assert said(run, "inherited / inside") == ["11 ***", "9 ***"]
    left = b"".join(file.read_bytes() for file in run.folder.rglob("*") if file.is_file() and ".git" not in file.parts)
    assert b"of-training" not in left


@pytest.mark.slow
def test_values_arrive_as_they_were_set(machine: Any) -> None:
    value = "a\"b'c $HOME ${X} # d\\n=%20"
    machine.stage.hub.settings.secrets |= {"": {"KEY": value}, "training": {"KEY": f"{value}!"}}
    check = "{run: 'printf %s \"$V\" | sha256sum', env: {V: '${{ secrets.KEY }}'}}"
    measured = "{run: 'printf %s \"$V\" | wc -c', env: {V: '${{ secrets.KEY }}'}}"
    run = machine.push(
        test=HEAD + job("plain", check, measured) + job("in", check, measured, more=environment("training"))
    )

    assert said(run, "plain")[1] == str(len(value))
    assert said(run, "in")[1] == str(len(value) + 1)


def test_a_branch_that_may_not_deploy_is_refused_before_any_step(machine: Any) -> None:
    protect(machine, "training", branches=("main", "release/*"))
    steps = ("run: echo reached", "{run: 'echo cleaned', if: always()}", "{run: 'echo $X', if: \"${{ failure() }}\"}")
    run = on_pull_request(
        machine, HEAD + job("train", *steps, more=environment("training")) + job("free", "run: echo free")
    )

    assert (run.result, run.job("train").result, run.job("free").result) == ("failure", "failure", "success")
    refused = 'Branch "1/merge" is not allowed to deploy to training due to environment protection rules.'
    assert said(run, "train") == [f"Error: {refused}"]
    assert run.first_failure()[1].name == "Environment training"


@pytest.mark.slow
def test_a_branch_that_may_deploy_does(machine: Any) -> None:
    protect(machine, "training", branches=("main",))
    steps = ("run: echo reached", "{run: 'echo cleaned', if: \"${{ !cancelled() }}\"}", "{run: 'echo no', if: 'false'}")
    run = machine.push(test=HEAD + job("train", *steps, more=environment("training")))

    assert run.result == "success"
    assert said(run, "train") == ["reached", "cleaned"]


@pytest.mark.slow
def test_a_job_waits_for_a_reviewer_who_did_not_start_it(machine: Any) -> None:
    protect(machine, "production", "alice", "bob", prevent_self_review=True)
    machine.stage.hub.settings.secrets["production"] = {"KEY": "of-production"}
    tried = ["alice", "carol"]  # who pushed, and who is an administrator but no reviewer
    with reviewing(machine, "bob", "approved", tried):
        run = machine.push(test=HEAD + job("deploy", shown(), more=environment("production")))

    assert run.result == "success"
    assert said(run, "deploy") == ["Waiting for review", "13 ***"]
    assert "alice started the run, and may not review its deployments" in tried[0]
    assert "carol is not a reviewer of production" in tried[1]


@pytest.mark.slow
def test_a_rejected_job_runs_nothing(machine: Any) -> None:
    protect(machine, "production", "bob")
    steps = ("run: echo reached", "{run: 'echo cleaned', if: always()}")
    with reviewing(machine, "bob", "rejected", []):
        run = machine.push(
            test=HEAD
            + job("deploy", *steps, more=environment("production"))
            + job("after", "run: echo after", more="    needs: deploy\n")
        )

    assert [each.result for each in run.jobs] == ["failure", "skipped"]
    assert said(run, "deploy") == ["Waiting for review", "Error: The deployment was rejected by bob: Looked at"]


ASK = (
    '{run: \'curl -sf --noproxy "*" -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" '
    '"$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" | sed s/value/token/\'}'
)
IDENTITY = "    permissions: {id-token: write}\n"


def claims(machine: Any, run: Any, name: str) -> dict[str, Any]:
    """What a token says whose signature and dates are good, to whoever knows the issuer alone."""
    text = said(run, name)[-1]
    token = text.split('"')[-2]
    issuer = f"{machine.stage.api_url}/_identity"
    keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks")
    key = keys.get_signing_key_from_jwt(token).key
    found: dict[str, Any] = jwt.decode(token, key, ["RS256"], audience="sts.amazonaws.com", issuer=issuer)
    return found


def test_identity_goes_where_the_permission_reaches_and_says_whose_job_it_is(machine: Any) -> None:
    none = "run: 'echo \"${ACTIONS_ID_TOKEN_REQUEST_URL:-nowhere} ${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-none}\"'"
    run = machine.push(
        test=HEAD
        + job("plain", ASK, more=IDENTITY)
        + job("in", ASK, more=IDENTITY + environment("training"))
        + job("without", none, more="    permissions: {contents: write}\n")
        + "  called:\n    uses: $/.github/workflows/called.yml\n    permissions: {id-token: write}\n",
        called=CALLED + job("inside", ASK, more=environment("training") + IDENTITY),
    )

    assert run.result == "success", machine.lines[-20:]
    assert said(run, "without") == ["nowhere none"]
    plain, inside, called = (claims(machine, run, name) for name in ("plain", "in", "called / inside"))
    assert plain["sub"] == "repo:acme/churn:ref:refs/heads/main"
    assert "environment" not in plain
    assert inside["sub"] == called["sub"] == "repo:acme/churn:environment:training"
    assert inside["environment"] == "training"
    workflow = "acme/churn/.github/workflows/{}.yml@refs/heads/main"
    assert called["workflow_ref"] == workflow.format("test")
    assert called["job_workflow_ref"] == workflow.format("called")
    head = machine.stage.hub.origin.branch("main")
    expected = {"sha": head, "ref": "refs/heads/main", "event_name": "push", "actor": "alice", "run_id": "7"}
    assert plain.items() >= expected.items()
    assert plain["exp"] - plain["iat"] == 300


@pytest.mark.slow
def test_a_pull_request_has_an_identity_of_its_own(machine: Any) -> None:
    machine.stage.hub.settings.immutable_subject = True
    run = on_pull_request(machine, HEAD + job("train", ASK, more=IDENTITY))

    found = claims(machine, run, "train")
    assert found["sub"] == "repo:acme@1/churn@1:pull_request"
    assert (found["ref"], found["head_ref"], found["base_ref"]) == ("refs/pull/1/merge", "slower", "main")


@pytest.mark.slow
def test_a_fork_gets_neither_identity_nor_secrets(machine: Any) -> None:
    machine.stage.hub.settings.secrets |= {"": {"KEY": "of-all"}, "training": {"KEY": "of-training"}}
    steps = ("run: 'echo \"${ACTIONS_ID_TOKEN_REQUEST_URL:-nowhere}\"'", shown())
    run = on_pull_request(
        machine,
        HEAD + job("plain", *steps, more=IDENTITY) + job("in", *steps, more=IDENTITY + environment("training")),
        fork=True,
    )

    assert said(run, "plain") == said(run, "in") == ["nowhere", "0 "]
