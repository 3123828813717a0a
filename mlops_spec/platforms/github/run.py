"""The run that a command is part of, as GitHub Actions describes it to a step; at a terminal there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.git.access import Access
from mlops_spec.platforms.github import variables

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVER = "https://github.com"
ISSUER = "https://token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Run:
    """Who runs what, for which repository, and where its answers go; what is not told is empty.

    `number` and `attempt` name the run, `workflow` the file that it is of; `repository` is `owner/name`. `outputs` and
    `summary` are files that later steps and people read. Tokens: the step's own, that of the command `gh`, one that may
    push, one of the App, one that may read the members of teams.
    """

    in_actions: bool = False
    actor: str = ""
    actor_id: str = ""
    triggering: str = ""
    server: str = ""
    api_url: str = ""
    repository: str = ""
    repository_id: str = ""
    number: str = ""
    attempt: str = ""
    workflow: str = ""
    job: str = ""
    outputs: str = ""
    summary: str = ""
    token: str = field(default="", repr=False)
    gh_token: str = field(default="", repr=False)
    push_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    team_token: str = field(default="", repr=False)

    @property
    def link(self) -> str:
        """The address of this run's page; empty where it has none."""
        return self.page(f"actions/runs/{self.number}") if self.number else ""

    def page(self, path: str) -> str:
        """The address of a page of the repository; empty where server or repository are not told."""
        return f"{self.server}/{self.repository}/{path}" if self.server and self.repository else ""

    @property
    def access(self) -> Access:
        """How Git gets to the repository's remote, and what a ledger that begins there is called."""
        server = self.server or SERVER
        number = f"#{self.repository_id}" if self.repository_id else ""
        name = f"{server.partition('://')[2]}/{self.repository}{number}" if self.repository else ""
        return Access(self.push_token or self.token or None, server, name if self.in_actions else "")


def run_of(environ: Mapping[str, str]) -> Run:
    """The run that a step's environment describes."""

    def told(name: str) -> str:
        return environ.get(name) or ""

    named = f"{environ.get(variables.REPOSITORY)}/{environ.get(variables.WORKFLOW)}@{environ.get(variables.REF)}"
    return Run(
        in_actions=variables.in_actions(environ),
        actor=told(variables.ACTOR),
        actor_id=told(variables.ACTOR_ID),
        triggering=told(variables.TRIGGERING_ACTOR),
        server=told(variables.SERVER_URL),
        api_url=told(variables.API_URL),
        repository=told(variables.REPOSITORY),
        repository_id=told(variables.REPOSITORY_ID),
        number=told(variables.RUN_ID),
        attempt=told(variables.RUN_ATTEMPT),
        workflow=told(variables.WORKFLOW_REF) or named,
        job=told(variables.JOB),
        outputs=told(variables.OUTPUT),
        summary=told(variables.STEP_SUMMARY),
        token=told(variables.TOKEN),
        gh_token=told(variables.GH_TOKEN),
        push_token=told(variables.PUSH_TOKEN),
        app_token=told(variables.APP_TOKEN),
        team_token=told(variables.TEAM_TOKEN),
    )
