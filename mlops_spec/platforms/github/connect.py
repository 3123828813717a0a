"""The connection to GitHub that a run, or an agent's host, may use."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github import variables
from mlops_spec.platforms.github.api.connection import API_URL, GitHub
from mlops_spec.platforms.github.run import SERVER

if TYPE_CHECKING:
    from mlops_spec.platforms.github.run import Run


def connect(run: Run) -> GitHub:
    """The connection of a run.

    Raises:
        Failure: it has no token, or no repository is told (exit 78).
    """
    token = run.token or run.gh_token
    if not token:
        message = f"no token: neither {variables.TOKEN} nor {variables.GH_TOKEN} is set"
        remedy = f"pass `{variables.TOKEN}: ${{{{ github.token }}}}` in the step's env"
        raise Failure(message, exit_code=Exit.CONFIG, remedy=remedy)
    if not run.repository:
        remedy = "run this in GitHub Actions, or set it"
        raise Failure(f"{variables.REPOSITORY} is not set", exit_code=Exit.CONFIG, remedy=remedy)
    return GitHub(run.repository, token, run.api_url or API_URL, team_token=run.team_token)


def forge_of(repository: str, run: Run) -> GitHub | None:
    """The forge of the repository that an agent follows, by its token; None where there is none or it has no API."""
    token, name = run.push_token or run.token, run.repository or _owner_and_name(repository, run.server or SERVER)
    return GitHub(name, token, run.api_url or API_URL) if token and name else None


def _owner_and_name(repository: str, server: str) -> str | None:
    url = urlsplit(repository)
    name = url.path.strip("/").removesuffix(".git")
    known = url.scheme == "https" and url.hostname == urlsplit(server).hostname
    return name if known and name.count("/") == 1 else None
