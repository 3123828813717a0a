"""The opener of the monitor's pull requests: the App where the run has its token, else the run itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.run import Run


@dataclass(frozen=True)
class Opener:
    """What pushes a branch and what opens its pull request; `checked`: whether GitHub starts workflows for both."""

    git: Git
    github: GitHub
    checked: bool


def opener(git: Git, github: GitHub, run: Run) -> Opener:
    """The App where the run has its token; else who tells of the rest, which in a workflow is the run's own token.

    What a run's own token opens has workflows that wait until somebody approves them to run, and what it pushes starts
    none, so both must be the App's.
    https://docs.github.com/actions/concepts/security/github_token#when-github_token-triggers-workflow-runs
    """
    if token := run.app_token:
        return Opener(replace(git, token=token), replace(github, token=token), checked=True)
    return Opener(git, github, checked=not run.in_actions)
