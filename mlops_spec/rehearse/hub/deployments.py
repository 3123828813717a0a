"""Deployments: which references may deploy to an environment, and who must approve them.

https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mlops_spec.platforms.github.workflow.filters import matches
from mlops_spec.rehearse.hub.accounts import node_id, user
from mlops_spec.rehearse.hub.request import Json, Refused, Request, Result
from mlops_spec.rehearse.hub.state import Deployment, now

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.people import Person
    from mlops_spec.rehearse.hub.state import Hub
    from mlops_spec.rehearse.hub.tokens import Credential, JobToken


def start(hub: Hub, job: JobToken) -> Deployment:
    """A job asks to deploy; asked again, it is told how its request stands.

    Raises:
        Refused: its reference may not, in the words that GitHub writes on the job.
    """
    for found in hub.deployments:
        if found.job.value == job.value:
            return found
    problem = refusal(hub, job)
    if problem:
        raise Refused(422, problem)
    waits = bool(_protection(hub, job.environment).get("reviewers"))
    made = Deployment(hub.next_id(), job, "waiting" if waits else "approved")
    hub.deployments.append(made)
    return made


def answer(hub: Hub, credential: Credential) -> Result:
    """What a job is told that asks for its environment."""
    if credential.job is None:
        raise Refused(403, "Resource not accessible by personal access token")
    found = start(hub, credential.job)
    return 200, {"state": found.state, "reviewer": found.reviewer, "comment": found.comment}


def must_wait(hub: Hub, job: JobToken) -> bool:
    """Whether a job's environment sends it away, or waits for somebody; one that nobody set up does neither."""
    return bool(refusal(hub, job) or _protection(hub, job.environment).get("reviewers"))


def refusal(hub: Hub, job: JobToken) -> str:
    """Why a job may not deploy to its environment from where it runs; empty when it may."""
    protection = _protection(hub, job.environment)
    limit = protection.get("branches")
    kind, name = _reference(job.ref)
    if not limit or (limit.get("protected_branches") and name == hub.settings.default_branch):
        return ""
    names = [each["name"] for each in protection["policies"] if each.get("type", "branch") == kind]
    if limit.get("custom_branch_policies") and matches(names, name):
        return ""
    return f'{kind.title()} "{name}" is not allowed to deploy to {job.environment} due to environment protection rules.'


def _protection(hub: Hub, environment: str) -> Json:
    return hub.settings.environments.get(environment, {})


def _reference(ref: str) -> tuple[Literal["branch", "tag"], str]:
    """As GitHub names it: a pull request's merge is the branch `1/merge`."""
    if ref.startswith("refs/tags/"):
        return "tag", ref.removeprefix("refs/tags/")
    return "branch", ref.removeprefix("refs/heads/").removeprefix("refs/pull/")


def pending(request: Request) -> Result:
    waiting = _waiting_by_environment(request)
    return 200, [_pending_shape(request, name, each[0]) for name, each in waiting.items()]


def review(request: Request) -> Result:
    """Somebody lets jobs go on, or ends them."""
    state, ids = request.text("state"), request.body.get("environment_ids")
    if state not in ("approved", "rejected") or not isinstance(ids, list):
        raise Refused(422, "Validation Failed")
    by_id = {environment_id(request.hub, name): each for name, each in _waiting_by_environment(request).items()}
    found = [each for number in ids for each in by_id.get(number, [])]
    if not found:
        raise Refused(422, "There is no pending deployment of these environments")
    for each in found:
        problem = _why_not_reviewer(request.hub, each, request.person)
        if problem:
            raise Refused(422, problem)
    for each in found:
        each.state = "approved" if state == "approved" else "rejected"
        each.reviewer, each.comment = request.person.login, str(request.body.get("comment") or "")
    return 200, [_shape(request, each) for each in found]


def _why_not_reviewer(hub: Hub, deployment: Deployment, person: Person) -> str:
    protection = _protection(hub, deployment.job.environment)
    if person.id not in {each["id"] for each in protection["reviewers"]}:
        return f"{person.login} is not a reviewer of {deployment.job.environment}"
    if protection.get("prevent_self_review") and person.login == deployment.job.actor:
        return f"{person.login} started the run, and may not review its deployments"
    return ""


def environment_id(hub: Hub, name: str) -> int:
    """The number of an environment that somebody set up."""
    return list(hub.settings.environments).index(name) + 1


def _waiting_by_environment(request: Request) -> dict[str, list[Deployment]]:
    run, found = request.number("run_id"), dict[str, list[Deployment]]()
    for each in request.hub.deployments:
        if each.job.run == run and each.state == "waiting":
            found.setdefault(each.job.environment, []).append(each)
    return found


def _pending_shape(request: Request, name: str, first: Deployment) -> Json:
    number, url = environment_id(request.hub, name), f"{request.api}/repos/{request.hub.repository}/environments/{name}"
    people = {person.id: person for person in request.hub.people}
    reviewers = [people[each["id"]] for each in _protection(request.hub, name)["reviewers"]]
    return {
        "environment": {
            "id": number,
            "node_id": node_id("Environment", number),
            "name": name,
            "url": url,
            "html_url": f"{request.hub.server_url}/{request.hub.repository}/deployments",
        },
        "wait_timer": 0,
        "wait_timer_started_at": None,
        "current_user_can_approve": not _why_not_reviewer(request.hub, first, request.person),
        "reviewers": [{"type": "User", "reviewer": user(person, request.api)} for person in reviewers],
    }


def _shape(request: Request, deployment: Deployment) -> Json:
    job, repository = deployment.job, f"{request.api}/repos/{request.hub.repository}"
    creator = request.hub.person(job.actor)
    url = f"{repository}/deployments/{deployment.id}"
    return {
        "url": url,
        "id": deployment.id,
        "node_id": node_id("Deployment", deployment.id),
        "sha": job.sha,
        "ref": _reference(job.ref)[1],
        "task": "deploy",
        "payload": {},
        "original_environment": job.environment,
        "environment": job.environment,
        "description": None,
        "creator": user(creator, request.api) if creator else None,
        "created_at": deployment.created_at,
        "updated_at": now(),
        "statuses_url": f"{url}/statuses",
        "repository_url": repository,
    }
