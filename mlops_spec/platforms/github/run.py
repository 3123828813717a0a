"""What GitHub Actions tells the steps of a run by environment variables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api.connection import API_URL, GitHub

if TYPE_CHECKING:
    from collections.abc import Mapping


def connect(environ: Mapping[str, str] = os.environ) -> GitHub:
    """The connection that a step's environment describes."""
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")
    if not token:
        message = "no token: neither GITHUB_TOKEN nor GH_TOKEN is set"
        remedy = "pass `GITHUB_TOKEN: ${{ github.token }}` in the step's env"
        raise Failure(message, exit_code=Exit.CONFIG, remedy=remedy)
    api_url, teams = environ.get("GITHUB_API_URL") or API_URL, environ.get("MLOPS_TEAM_TOKEN", "")
    return GitHub(required(environ, "GITHUB_REPOSITORY"), token, api_url, team_token=teams)


def required(environ: Mapping[str, str], name: str) -> str:
    """A variable that GitHub Actions always sets."""
    if not environ.get(name):
        raise Failure(f"{name} is not set", exit_code=Exit.CONFIG, remedy="run this in GitHub Actions, or set it")
    return environ[name]


def link_to_run(environ: Mapping[str, str]) -> str:
    """The address of this run's page; nothing outside of Actions."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(name) for name in names)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""
