"""Steps that sign in to a cloud by the job's identity token, and what the spec's storage allows of that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.expression import names_secret
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.jobs import Job, Step
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

#: The environment of a pull request's job that reads by secrets: it holds those that read, and has no reviewers.
READING = "reading"
# The platforms' own actions, and the inputs that name as whom a job signs in by its identity.
_ACTIONS = {
    "aws-actions/configure-aws-credentials": ("role-to-assume",),
    "google-github-actions/auth": ("service_account", "workload_identity_provider"),
    "azure/login": ("client-id",),
}
# Variables and inputs that stores take credentials from.
_CREDENTIAL = regex(r"AWS|AZURE|GOOGLE|GCP|CREDENTIAL|STORAGE|SSH|KEY|SECRET|creds", re.IGNORECASE)

_BY_EVENT = regex(
    r"\$\{\{\s*github\.event_name\s*==\s*'(?!pull_request)\w+'\s*&&\s*[\w.]+\s*\|\|\s*(?P<other>[\w.]+)\s*\}\}"
)
_WRITES = regex(r"writ|admin|deploy|release|prod|publish|push|promot|\$\{\{", re.IGNORECASE)


def identity(step: Step) -> str:
    """As whom a step signs in by the job's identity token; empty where it does not."""
    for action, inputs in _ACTIONS.items():
        if step.uses_action(action):
            return next((found for name in inputs if (found := text(step.inputs.get(name)))), "")
    return ""


def static(step: Step) -> bool:
    """Whether a step is given credentials of a store: by secrets in its `env`, or in the inputs of its action."""
    if step.uses_action("actions/create-github-app-token"):
        return False  # its key is an App's, and leads to no store
    given = [*mapping(step.data.get("env")).items(), *step.inputs.items()]
    return any(_CREDENTIAL.search(str(name)) and names_secret(text(value)) for name, value in given)


def identities(job: Job) -> set[str]:
    """As whom the steps of a job sign in."""
    return {found for step in job.steps if (found := identity(step))}


def only_reads(job: Job) -> bool:
    """Whether a job signs in, and only as roles whose names do not say that they may write."""
    found = {_of_pull_requests(each) for each in identities(job)}
    return bool(found) and not any(_WRITES.search(each) for each in found)


def _of_pull_requests(role: str) -> str:
    """As whom a step signs in where a pull request has started it, if what it says tells the two apart."""
    match = _BY_EVENT.fullmatch(role)
    return match["other"] if match else role


def reader(spec: Spec | Shared | None) -> str:
    """As whom a job signs in that only reads the spec's storage; empty where the spec names nobody."""
    given = spec.storage.sign_in if spec and spec.storage else None
    held = (given.aws or given.google or given.azure) if given else None
    return (held.read or "") if held else ""


def reads_by_identity(spec: Spec | Shared | None, job: Job) -> bool:
    """Whether all that a pull request's job signs in as is what the spec gives to pull requests."""
    reads = spec is not None and spec.storage is not None and spec.storage.pull_requests == "read"
    return reads and bool(reader(spec)) and identities(job) == {reader(spec)}


def readable_secrets(spec: Spec | Shared | None, job: Job) -> frozenset[str]:
    """The secrets that the spec lets a pull request's job have, in the environment that is for it."""
    storage = spec.storage if spec else None
    if storage is None or storage.sign_in is None or storage.pull_requests != "read" or environment(job) != READING:
        return frozenset()
    return frozenset(storage.sign_in.secrets.read) if storage.sign_in.secrets else frozenset()
