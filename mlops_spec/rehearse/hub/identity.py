"""Identity tokens of jobs, with the claims that GitHub's issuer signs: the job, its commit, its environment.

https://docs.github.com/actions/reference/security/oidc
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.rehearse.hub.issuer import ALGORITHM
from mlops_spec.rehearse.hub.request import Json, Refused, Request, Result
from mlops_spec.rehearse.hub.tokens import JobToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.rehearse.hub.state import Hub

PREFIX = "/_identity"  # of the issuer's paths on the hub's server
_CONFIGURATION, _KEYS, _TOKEN = "/.well-known/openid-configuration", "/.well-known/jwks", "/token"
_ASKING = "-identity"  # behind a job's token: what asks for an identity is no token for the API
_OWNER_ID, _REPOSITORY_ID = 1, 1  # as the hub shows accounts and repository
_CLAIMS = (
    *("sub", "aud", "exp", "iat", "nbf", "iss", "jti", "actor", "actor_id", "base_ref", "environment", "event_name"),
    *("head_ref", "job_workflow_ref", "job_workflow_sha", "ref", "ref_type", "repository", "repository_id"),
    *("repository_owner", "repository_owner_id", "repository_visibility", "run_attempt", "run_id", "run_number"),
    *("runner_environment", "sha", "workflow", "workflow_ref", "workflow_sha"),
)


def issuer(api: str) -> str:
    """The name of the issuer of a hub whose API is there, which is its address as well."""
    return f"{api}{PREFIX}"


def environment(job: JobToken, api: str) -> dict[str, str]:
    """What the steps of a job see that may have identity tokens; those of another see nothing of it."""
    if job.permissions.get("id-token") != "write":
        return {}
    # the library that asks appends `&audience=…`
    url = f"{issuer(api)}{_TOKEN}?api-version=2.0"
    return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": f"{job.value}{_ASKING}"}


def answer(hub: Hub, path: str, query: Mapping[str, str], token: str, api: str) -> Result:
    """What the issuer says; `path` is what stands behind its name. Raises `Refused`."""
    if path == _CONFIGURATION:
        return 200, _configuration(issuer(api))
    if path == _KEYS:
        return 200, hub.issuer.keys()
    if path != _TOKEN:
        raise Refused(404, "Not Found")
    job = _asking(hub, token)
    audience = query.get("audience") or f"https://github.com/{hub.repository.partition('/')[0]}"
    value = hub.issuer.sign({**claims(hub, job), "iss": issuer(api), "aud": audience})
    return 200, {"count": len(value), "value": value}


def _asking(hub: Hub, token: str) -> JobToken:
    found = hub.tokens.get(token.removesuffix(_ASKING)) if token.endswith(_ASKING) else None
    if not isinstance(found, JobToken):
        raise Refused(401, "Bad credentials")
    if found.permissions.get("id-token") != "write":
        raise Refused(403, "Resource not accessible by integration")
    return found


def _configuration(name: str) -> Json:
    """OpenID Connect Discovery 1.0."""
    return {
        "issuer": name,
        "jwks_uri": f"{name}{_KEYS}",
        "subject_types_supported": ["public", "pairwise"],
        "response_types_supported": ["id_token"],
        "claims_supported": list(_CLAIMS),
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "scopes_supported": ["openid"],
    }


def prefix(hub: Hub) -> str:
    """How each subject of the repository begins: with names alone, or with numbers that never lead to another."""
    owner, name = hub.repository.split("/")
    if hub.settings.immutable_subject:
        return f"repo:{owner}@{_OWNER_ID}/{name}@{_REPOSITORY_ID}"
    return f"repo:{owner}/{name}"


def subject(hub: Hub, job: JobToken) -> str:
    """Whom a trust policy compares: an environment goes before a pull request, and that before a reference."""
    if job.environment:
        context = f"environment:{job.environment.replace(':', '%3A')}"
    elif job.event == "pull_request":
        context = "pull_request"
    else:
        context = f"ref:{job.ref}"
    return f"{prefix(hub)}:{context}"


def claims(hub: Hub, job: JobToken) -> Json:
    """What the token says of the job, but for who issued it, for whom and when."""
    actor = hub.person(job.actor)
    found: dict[str, Any] = {
        "sub": subject(hub, job),
        "repository": hub.repository,
        "repository_id": str(_REPOSITORY_ID),
        "repository_owner": hub.repository.partition("/")[0],
        "repository_owner_id": str(_OWNER_ID),
        "repository_visibility": "private" if hub.settings.private else "public",
        "actor": job.actor,
        "actor_id": str(actor.id) if actor else "",
        "event_name": job.event,
        "ref": job.ref,
        "ref_type": "tag" if job.ref.startswith("refs/tags/") else "branch",
        "head_ref": job.head_ref,
        "base_ref": job.base_ref,
        "sha": job.sha,
        "workflow": job.workflow,
        "workflow_ref": job.workflow_ref,
        "workflow_sha": job.sha,
        "job_workflow_ref": job.job_workflow_ref,
        "job_workflow_sha": job.sha,
        "run_id": str(job.run),
        "run_number": str(job.run),
        "run_attempt": "1",
        "runner_environment": "github-hosted",
    }
    return found | ({"environment": job.environment} if job.environment else {})


def customization(request: Request) -> Result:
    """How subjects are made, as the API tells it."""
    hub = request.hub
    found = {"use_default": True, "use_immutable_subject": hub.settings.immutable_subject}
    return 200, {**found, "sub_claim_prefix": prefix(hub)}
