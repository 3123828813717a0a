"""Steps that sign in to a cloud by the job's identity token, and what the spec's storage allows of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.workflow.shape import text
from mlops_spec.workflow.where import environment

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.workflow import Job, Step

#: The environment of a pull request's job that reads by secrets: it holds those that read, and has no reviewers.
READING = "reading"
# The platforms' own actions, and the inputs that name as whom a job signs in by its identity.
_ACTIONS = {
    "aws-actions/configure-aws-credentials": ("role-to-assume",),
    "google-github-actions/auth": ("service_account", "workload_identity_provider"),
    "azure/login": ("client-id",),
}


def identity(step: Step) -> str:
    """As whom a step signs in by the job's identity token; empty where it does not."""
    for action, inputs in _ACTIONS.items():
        if step.uses_action(action):
            return next((found for name in inputs if (found := text(step.inputs.get(name)))), "")
    return ""


def identities(job: Job) -> set[str]:
    """As whom the steps of a job sign in."""
    return {found for step in job.steps if (found := identity(step))}


def reads_by_identity(spec: Spec | None, job: Job) -> bool:
    """Whether all that a pull request's job signs in as is what the spec gives to pull requests."""
    storage = spec.storage if spec else None
    if storage is None or storage.sign_in is None or storage.pull_requests != "read":
        return False
    held = storage.sign_in.aws or storage.sign_in.google or storage.sign_in.azure
    return held is not None and held.read is not None and identities(job) == {held.read}


def readable_secrets(spec: Spec | None, job: Job) -> frozenset[str]:
    """The secrets that the spec lets a pull request's job have, in the environment that is for it."""
    storage = spec.storage if spec else None
    if storage is None or storage.sign_in is None or storage.pull_requests != "read" or environment(job) != READING:
        return frozenset()
    return frozenset(storage.sign_in.secrets.read) if storage.sign_in.secrets else frozenset()
