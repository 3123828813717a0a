"""By whom the monitor's pull requests are pushed and opened: by the App where the run has its token, else by itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.git import Git
    from mlops_spec.platforms.github.api import GitHub


@dataclass(frozen=True)
class Opener:
    """What pushes a branch and what opens its pull request; `checked`: whether GitHub starts workflows for both."""

    git: Git
    github: GitHub
    checked: bool


def opener(git: Git, github: GitHub, environ: Mapping[str, str] = os.environ) -> Opener:
    """The App by `MLOPS_APP_TOKEN`; else who tells of the rest, which in a workflow is the run's own token.

    What a run's own token opens has workflows that wait until somebody approves them to run, and what it pushes starts
    none, so both must be the App's.
    https://docs.github.com/actions/concepts/security/github_token#when-github_token-triggers-workflow-runs
    """
    if token := environ.get("MLOPS_APP_TOKEN"):
        return Opener(replace(git, token=token), replace(github, token=token), checked=True)
    return Opener(git, github, checked=environ.get("GITHUB_ACTIONS") != "true")
