"""What our client asks and what the local forge answers, held against GitHub's published OpenAPI description."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.api import GitHub, comments, issues, people, pulls, settings, statuses
from mlops_spec.rehearse.hub import approvals, deployments
from mlops_spec.rehearse.hub.routes import ROUTES
from mlops_spec.rehearse.hub.server import Exchange
from mlops_spec.rehearse.hub.tokens import JobToken

DESCRIPTION = Path(__file__).parent.parent / "forge/node_modules/@octokit/openapi/generated/api.github.com.json"
MODULES = (comments, issues, people, pulls, settings, statuses)


def json_schema(node: Any) -> Any:
    """OpenAPI 3.0's schema dialect as JSON Schema: `nullable` becomes a type, examples go."""
    if isinstance(node, list):
        return [json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: json_schema(value) for key, value in node.items() if key not in ("nullable", "example", "examples")}
    if node.get("nullable") is True:
        return {"anyOf": [result, {"type": "null"}]}
    return result


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip("GitHub's description is not installed: npm ci --prefix tests/forge")
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    for template in {route.template for route in ROUTES}:
        assert template in document["paths"]
    wanted = {route.template: document["paths"][route.template] for route in ROUTES}
    return {"paths": wanted, "components": document["components"]}


def resolve(api: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = api
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


class Description:
    """The published description: what may be asked, and what an answer must be."""

    def __init__(self, api: dict[str, Any]) -> None:
        self.api = api
        self.schemas = {"components": {"schemas": json_schema(api["components"]["schemas"])}}

    def operation(self, exchange: Exchange) -> dict[str, Any]:
        path = self.api["paths"][exchange.template]
        found: dict[str, Any] = path[exchange.method.lower()]
        shared = path.get("parameters", [])
        return {**found, "parameters": [*shared, *found.get("parameters", [])]}

    def validate(self, value: Any, schema: Any) -> list[str]:
        validator = Draft202012Validator({**json_schema(schema), **self.schemas})
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def complaints_about_request(self, exchange: Exchange) -> list[str]:
        operation = self.operation(exchange)
        parameters = [resolve(self.api, parameter) for parameter in operation["parameters"]]
        known = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
        found = [f"unknown query parameter `{name}`" for name in exchange.query if name not in known]
        for name in set(exchange.query) & set(known):
            schema, text = known[name]["schema"], exchange.query[name]
            value = int(text) if schema.get("type") == "integer" else text
            found += self.validate(value, schema)
        if not exchange.body:
            return found
        schema = resolve(self.api, operation["requestBody"])["content"]["application/json"]["schema"]
        unknown = set(exchange.body) - set(resolve(self.api, schema)["properties"])
        return [*found, *(f"unknown field `{name}`" for name in unknown), *self.validate(exchange.body, schema)]

    def complaints_about_answer(self, exchange: Exchange) -> list[str]:
        responses = self.operation(exchange)["responses"]
        if str(exchange.status) not in responses:
            return [f"undocumented status {exchange.status}"]
        content = resolve(self.api, responses[str(exchange.status)]).get("content", {})
        if "application/json" not in content:
            return []
        return self.validate(exchange.answer, content["application/json"]["schema"])


@pytest.fixture(scope="module")
def description(api: dict[str, Any]) -> Description:
    return Description(api)


def call_everything(stage: Any) -> None:
    """Every function of the client once, and what people press on GitHub's pages besides."""
    alice, bob, carol = (stage.as_(login) for login in ("alice", "bob", "carol"))
    head = stage.commit("slower", "model.yaml", "spec: 1\n")
    pull = pulls.create(alice, title="Slower", head="slower", base="main", body="Why")
    pulls.get(alice, pull.number)
    pulls.update(alice, pull.number, title="Slower learning", body="Why not")
    assert pulls.of_branch(alice, "slower")[0].number == pull.number
    pulls.commits(alice, pull.number)
    assert [each.filename for each in pulls.files(alice, pull.number)] == ["model.yaml"]
    comment = comments.create(alice, pull.number, "Look")
    comments.update(alice, comment.id, "Look again")
    comments.of_issue(alice, pull.number)
    comments.keep_one(stage.as_("github-actions[bot]"), pull.number, marker="<!-- report -->", body="Passed")
    statuses.create(alice, head, statuses.Given(context="train", state="success", description="9 gates pass"))
    statuses.of_commit(alice, head)
    review = f"/repos/acme/churn/pulls/{pull.number}/reviews"
    bob.send("POST", review, {"event": "APPROVE", "commit_id": head, "body": "Fine"}, needs="")
    pulls.reviews(alice, pull.number)
    bob.send("PUT", f"/repos/acme/churn/pulls/{pull.number}/merge", {"sha": head}, needs="")
    pulls.of_commit(alice, str(pulls.get(alice, pull.number).merge_commit_sha))
    issue = issues.create(alice, title="Drift", body="PSI", labels=["drift"])
    issues.update(alice, issue.number, body="PSI 0.3", state="open")
    issues.labelled(alice, "drift")
    issues.keep_one(alice, label="drift", title="Drift", body="PSI 0.4")
    people.permission(alice, "bob")
    people.is_member(carol, "acme", "risk", "carol")
    people.is_member(carol, "acme", "risk", "bob")
    people.is_named(carol, "carol", ["@acme/risk"])
    asked = {"permissions": {"contents": "write"}}
    GitHub("acme/churn", "app-key", stage.api_url).send("POST", "/app/installations/1/access_tokens", asked, needs="")
    set_up(stage)
    read_settings(carol)
    deploy(stage)


def deploy(stage: Any) -> None:
    """A job waits for its environment, and the reviewer lets it in."""
    bob, run = stage.as_("bob"), "/repos/acme/churn/actions/runs/7/pending_deployments"
    bob.get("/repos/acme/churn/actions/oidc/customization/sub", needs="")
    approvals.hold(stage.hub, 8)
    stage.commit("started", ".github/workflows/try.yml", "on: workflow_dispatch\njobs: {}\n")
    started = "/repos/acme/churn/actions/workflows/try.yml/dispatches"
    stage.as_("alice").send("POST", started, {"ref": "started", "inputs": {}}, needs="")
    bob.send("POST", "/repos/acme/churn/actions/runs/8/approve", {}, needs="")
    reference = "acme/churn/.github/workflows/mlops-merge.yml@refs/heads/main"
    job = JobToken(
        *("job-token", "acme/churn", 7, "push", "refs/heads/main", "c0ffee", "alice", "mlops-merge", reference),
        *("deploy", reference, {"contents": "read"}, "production"),
    )
    assert deployments.start(stage.hub, job).state == "waiting"
    bundle = {"mediaType": "", "verificationMaterial": {}, "dsseEnvelope": {}}
    with stage.hub.known([replace(job, permissions={"attestations": "write", "id-token": "write"})]):
        own = GitHub("acme/churn", job.value, stage.api_url)
        own.send("POST", "/repos/acme/churn/attestations", {"bundle": bundle}, needs="")
    (waiting,) = bob.get(run, needs="")
    body = {"environment_ids": [waiting["environment"]["id"]], "state": "approved", "comment": "Fine"}
    bob.send("POST", run, body, needs="")
    assert deployments.start(stage.hub, job).state == "approved"
    assert bob.get(run, needs="") == []


RULESET = {
    "name": "main",
    "target": "branch",
    "enforcement": "active",
    "bypass_actors": [],
    "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
    "rules": [{"type": "deletion"}],
}
BRANCHES = {"protected_branches": False, "custom_branch_policies": True}
REVIEWED = {
    "reviewers": [{"type": "User", "id": 102}],
    "prevent_self_review": True,
    "deployment_branch_policy": BRANCHES,
}


def set_up(stage: Any) -> None:
    """What an administrator sends to put the settings right."""
    own, hub = "/repos/acme/churn", stage.hub
    send = stage.as_("carol").send
    send("PATCH", own, {"default_branch": "main", "allow_squash_merge": True}, needs="")
    made = send("POST", f"{own}/rulesets", RULESET, needs="")
    send("PUT", f"{own}/rulesets/{made['id']}", RULESET, needs="")
    send("PUT", f"{own}/environments/production", REVIEWED, needs="")
    branch = {"name": "main", "type": "branch"}
    policies = f"{own}/environments/production/deployment-branch-policies"
    send("POST", policies, branch, needs="")
    other = send("POST", policies, {"name": "v*", "type": "tag"}, needs="")
    send("DELETE", f"{policies}/{other['id']}", {}, needs="")
    for path, now in hub.settings.actions.items():
        send("PUT", f"{own}/actions/{'permissions/' * (path != 'permissions')}{path}", dict(now), needs="")
    send("PUT", f"{own}/immutable-releases", {}, needs="")
    hub.settings.secrets |= {"": {"ELSE": "x"}, "production": {"KEY": "x"}}
    hub.settings.variables |= {"": {f"V{at}": "x" for at in range(31)}}
    hub.settings.owners_errors.append(
        {
            "line": 1,
            "column": 3,
            "kind": "Unknown owner",
            "source": "* @x",
            "message": "?",
            "path": ".github/CODEOWNERS",
        }
    )


def read_settings(admin: Any) -> None:
    settings.repository(admin)
    assert settings.rulesets(admin)[0].bypass_actors == []
    assert settings.environment(admin, "production")
    assert [each.name for each in settings.branch_policies(admin, "production")] == ["main"]
    settings.actions(admin)
    settings.selected_actions(admin)
    settings.token(admin)
    settings.outside_contributors(admin)
    settings.private_forks(admin)
    assert settings.immutable_releases(admin)
    assert settings.owners_errors(admin)[0].line == 1
    assert settings.secrets(admin) == ["ELSE"]
    assert settings.secrets(admin, "production") == ["KEY"]
    assert len(settings.variables(admin)) == 31
    assert settings.variables(admin, "production") == []
    assert settings.subject_customization(admin).use_default
    assert settings.account_id(admin, "bob") == 102
    assert settings.account_id(admin, "acme/risk") == 1


def refuse_everything(stage: Any) -> None:
    """The errors that callers meet: each is one of the statuses that GitHub documents for the call."""
    alice, bob = stage.as_("alice"), stage.as_("bob")
    stage.commit("other", "model.yaml", "spec: 1\n")
    pull = pulls.create(alice, title="Other", head="other", base="main", body="")
    own = f"/repos/acme/churn/pulls/{pull.number}"
    for call in (
        lambda: pulls.create(alice, title="Again", head="other", base="main", body=""),
        lambda: pulls.create(alice, title="Nothing", head="nowhere", base="main", body=""),
        lambda: pulls.get(alice, 999),
        lambda: alice.send("POST", f"{own}/reviews", {"event": "APPROVE"}, needs=""),
        lambda: bob.send("PUT", f"{own}/merge", {"sha": "0" * 40}, needs=""),
        lambda: bob.send("PUT", f"{own}/merge", {"merge_method": "rebase"}, needs=""),
        lambda: comments.of_issue(alice, 999),
        lambda: people.permission(alice, "nobody"),
        lambda: people.is_member(alice, "acme", "nobody", "carol"),
    ):
        with pytest.raises(Failure):
            call()


def test_requests_are_as_published(stage: Any, description: Description) -> None:
    call_everything(stage)

    complaints = {f"{e.method} {e.template}": description.complaints_about_request(e) for e in stage.exchanges}
    assert {call: said for call, said in complaints.items() if said} == {}


def test_answers_are_as_published(stage: Any, description: Description) -> None:
    call_everything(stage)

    complaints = {f"{e.method} {e.template}": description.complaints_about_answer(e) for e in stage.exchanges}
    assert {call: said for call, said in complaints.items() if said} == {}


def test_errors_are_as_published(stage: Any, description: Description) -> None:
    refuse_everything(stage)

    refusals = [exchange for exchange in stage.exchanges if exchange.status >= 400]
    assert len(refusals) >= 9
    complaints = {f"{e.method} {e.template}": description.complaints_about_answer(e) for e in refusals}
    assert {call: said for call, said in complaints.items() if said} == {}


def test_every_route_and_every_function_is_held_against_it(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    called = set()
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):

                def recorded(
                    *args: Any, _name: str = f"{module.__name__}.{name}", _call: Any = function, **kw: Any
                ) -> Any:
                    called.add(_name)
                    return _call(*args, **kw)

                monkeypatch.setattr(module, name, recorded)
    public = {
        f"{m.__name__}.{n}" for m in MODULES for n, f in vars(m).items() if getattr(f, "__name__", "") == "recorded"
    }

    call_everything(stage)

    assert called == public
    assert {(e.method, e.template) for e in stage.exchanges} == {(route.method, route.template) for route in ROUTES}


def test_the_description_would_notice(stage: Any, description: Description) -> None:
    """The checks themselves can fail: a made-up parameter, an unknown field, a missing one."""
    call_everything(stage)
    good = next(e for e in stage.exchanges if (e.method, e.template) == ("POST", "/repos/{owner}/{repo}/pulls"))

    assert description.complaints_about_request(Exchange(**{**vars(good), "body": {**good.body, "heads": "x"}}))
    assert description.complaints_about_request(Exchange(**{**vars(good), "query": {"foo": "1"}}))
    assert description.complaints_about_request(Exchange(**{**vars(good), "body": {"title": 1}}))
    assert description.complaints_about_answer(Exchange(**{**vars(good), "status": 202}))
    for field in ("number", "head", "merge_commit_sha", "html_url"):
        answer = {key: value for key, value in good.answer.items() if key != field}
        assert description.complaints_about_answer(Exchange(**{**vars(good), "answer": answer}))
