"""Tokens of the local forge, of jobs and of Apps, and what each may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.permissions import includes

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.people import Person
    from mlops_spec.rehearse.hub.permissions import Permissions


@dataclass(frozen=True)
class JobToken:
    """A job of a run as the forge knows it by its token; `permissions` are those that it has in effect.

    `job` are the ids of the jobs that called its workflow and its own, with `/` between them. The references of
    workflows are `owner/name/path@ref`; that of the job's own file is another one where it was called. The environment
    is empty where the job names none, and so are the branches `head_ref` and `base_ref` outside of pull requests.
    """

    value: str = field(repr=False)
    repository: str
    run: int
    event: str
    ref: str
    sha: str
    actor: str
    workflow: str  # its name
    workflow_ref: str
    job: str
    job_workflow_ref: str
    permissions: Permissions
    environment: str = ""
    head_ref: str = ""
    base_ref: str = ""


@dataclass(frozen=True)
class AppToken:
    """A token of an App's installation, with what it was asked for."""

    value: str = field(repr=False)
    login: str
    permissions: Permissions


@dataclass(frozen=True)
class Credential:
    """Who asks; `permissions` limit a job or an App, and are None for a person, who may do what their role allows.

    With `signed`, it is an App itself, by its key: it may ask for a token, and do nothing else.
    """

    person: Person
    permissions: Permissions | None = None
    job: JobToken | None = None
    signed: bool = False

    def may(self, needed: str) -> bool:
        """Whether it grants a permission such as `contents: write`; a person's role is another question."""
        return self.permissions is None or includes(self.permissions, needed)


def new(kind: str = "ghs") -> str:
    """A value that nobody can guess, in the form of GitHub's: ghs for programs, ghp for people, and ours for keys."""
    return f"{kind}_{secrets.token_hex(20)}"
