"""The closing words of `new`: where the repository is, and what to do next."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlops_spec.engines.commands import PUSH

if TYPE_CHECKING:
    from mlops_spec.start.new.create import Created

_TEXT = """\
{model} is in {folder}, its first commit is {commit:.7}

Try it
  cd {folder}
  uv sync                    the environment that uv.lock names
  uv run mlops-spec run      train, evaluate, package
  uv run pytest              the code's own tests

Before the first push
  owners    {owners} in model.yaml; after a change of it: uv run mlops-spec render
  data      uv run {push} takes it to {remote}; GitHub's runners must reach that
  origin    git remote add origin URL && git push -u origin {branch}
{alone}  approvals by persons as it stands; by teams (@org/team) they need a GitHub App, see README.md
  gates     uv run mlops-spec gate judges the model, also against what the remote says is live
            uv run mlops-spec power says which bounds your rows can show, --suggest writes them

README.md says the rest."""


_ALONE = """\
  alone     {owner} alone owns it, and GitHub takes nobody's approval of their own pull request:
            name a second owner or a team, or see what `mlops-spec doctor` says to set
"""


def as_text(created: Created) -> str:
    """The answer for people."""
    alone = len(created.owners) == 1 and "/" not in created.owners[0]
    return _TEXT.format(
        push=PUSH,
        alone=_ALONE.format(owner=created.owners[0]) if alone else "",
        model=created.model,
        folder=os.path.relpath(created.directory),
        commit=created.commit,
        owners=", ".join(created.owners),
        remote=created.remote,
        branch=created.branch,
    )


def as_data(created: Created) -> dict[str, object]:
    """The answer for machines."""
    return {
        "directory": str(created.directory),
        "model": created.model,
        "starter": created.starter,
        "owners": list(created.owners),
        "branch": created.branch,
        "commit": created.commit,
        "remote": created.remote,
    }
