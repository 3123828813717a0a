"""The closing words of `new`: where the repository is, and what to do next."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from mlops_spec.engines.commands import PUSH

if TYPE_CHECKING:
    from mlops_spec.start.new.add_model import Added
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


_ADDED = """\
{model} is in {folder}; nothing is committed

Try it
  cd {folder}
  uv run mlops-spec run      train, evaluate, package
  uv run pytest              the code's own tests

Commit it
  cd {root}
  git add {paths}
  git commit -m 'Add the model {model}'
  uv run {push} takes its data to the storage, before the push
{untold}{unhooked}
README.md in {folder} says the rest."""
_UNTOLD = """
Not written: .github and all else that the repository has once, which waits until every spec is valid:
  {folders}; then `mlops-spec render`
"""
_UNHOOKED = """
Not linted on a commit: .pre-commit-config.yaml at the root has no hook of mlops-spec, and is left as it is:
  add `uv run mlops-spec lint` and `uv run mlops-spec render --check`, each with pass_filenames: false
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


def added_text(added: Added) -> str:
    """The answer for people, of a model that was added to a repository."""
    return _ADDED.format(
        model=added.model,
        folder=os.path.relpath(added.root / added.folder),
        root=os.path.relpath(added.root, added.root / added.folder),
        paths=" ".join(map(shlex.quote, [str(added.folder), *added.beside])),
        push=PUSH,
        untold=_UNTOLD.format(folders=", ".join(added.untold)) if added.untold else "",
        unhooked=_UNHOOKED if added.unhooked else "",
    )


def added_data(added: Added) -> dict[str, object]:
    """The answer for machines, of a model that was added to a repository."""
    return {
        "directory": str(added.root / added.folder),
        "model": added.model,
        "starter": added.starter,
        "owners": list(added.owners),
        "add": [str(added.folder), *added.beside],
        "not_valid": list(added.untold),
        "hooked": not added.unhooked,
    }


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
