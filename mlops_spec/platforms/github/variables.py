"""The names of the variables that GitHub Actions and its workflows set for a step."""

# ruff: noqa: S105 - the names of tokens, not tokens

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS = "GITHUB_ACTIONS"
ACTOR = "GITHUB_ACTOR"
ACTOR_ID = "GITHUB_ACTOR_ID"
API_URL = "GITHUB_API_URL"
ENV = "GITHUB_ENV"
JOB = "GITHUB_JOB"
OUTPUT = "GITHUB_OUTPUT"
REF = "GITHUB_REF"
REPOSITORY = "GITHUB_REPOSITORY"
REPOSITORY_ID = "GITHUB_REPOSITORY_ID"
REPOSITORY_OWNER = "GITHUB_REPOSITORY_OWNER"
RUN_ATTEMPT = "GITHUB_RUN_ATTEMPT"
RUN_ID = "GITHUB_RUN_ID"
RUN_NUMBER = "GITHUB_RUN_NUMBER"
SERVER_URL = "GITHUB_SERVER_URL"
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
TOKEN = "GITHUB_TOKEN"
TRIGGERING_ACTOR = "GITHUB_TRIGGERING_ACTOR"
WORKFLOW = "GITHUB_WORKFLOW"
WORKFLOW_REF = "GITHUB_WORKFLOW_REF"
WORKSPACE = "GITHUB_WORKSPACE"

# What the rendered workflows give to our steps beside.
GH_TOKEN = "GH_TOKEN"
PUSH_TOKEN = "MLOPS_SPEC_PUSH_TOKEN"
APP_TOKEN = "MLOPS_APP_TOKEN"
TEAM_TOKEN = "MLOPS_TEAM_TOKEN"


def in_actions(environ: Mapping[str, str]) -> bool:
    """Whether GitHub Actions runs this."""
    return environ.get(ACTIONS) == "true"
