"""Creates the repository: starter, dependency, data, lock file, rendered files, first commit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import layout, model_folder
from mlops_spec.engines import tracking
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, GitError
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import rendered
from mlops_spec.render.write import write
from mlops_spec.spec.paths import data_paths
from mlops_spec.start.new import atomic_folder, requirement, starter, storage, uv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.start.new.choices import Choices
    from mlops_spec.start.new.requirement import Origin


@dataclass(frozen=True)
class Created:
    """What came of it."""

    directory: Path
    model: str
    owners: tuple[str, ...]
    starter: str
    remote: str
    commit: str
    branch: str


def create(choices: Choices, *, say: Callable[[str], None]) -> Created:
    """Builds the repository beside its place and moves it there when it is whole; `say` gets each step's name.

    Raises:
        Failure: the place is taken, a name is wrong, git or uv is missing or fails, the index doesn't answer.
    """
    atomic_folder.refuse_taken(choices.directory)
    _refuse_without_identity(choices.directory.parent)
    origin = requirement.running()
    uv.find()
    with atomic_folder.built(choices.directory) as root:
        git = Git(root)
        git.run("init", "--quiet", "--initial-branch", choices.branch)
        say(f"copying starter {choices.starter}")
        _fill(root, choices)
        say("locking the dependencies")
        _depend(root, origin)
        say("rendering")
        write(root, rendered(root, load_spec(root / model_folder.SPEC)))
        say("committing")
        commit = _commit(git, f"Start {choices.names.model} from the starter {choices.starter}")
    names = choices.names
    return Created(
        choices.directory, names.model, names.owners, choices.starter, choices.remote, commit, choices.branch
    )


def _fill(root: Path, choices: Choices) -> None:
    starter.copy(choices.starter, choices.names, root)
    if choices.branch != layout.MAIN_BRANCH:
        starter.name_branch(root / model_folder.SPEC, choices.branch)
    if storage.is_remote(choices.remote):
        storage.add(root, choices.remote, choices.names.model, choices.account, choices.region)
    (root / ".python-version").write_text(f"{choices.python}\n", encoding="utf-8")
    tracking.initialise(root, remote=tracking.remote_url(choices.remote, choices.directory))
    for path in data_paths(load_spec(root / model_folder.SPEC).data):
        tracking.track(root, path)


def _depend(root: Path, origin: Origin) -> None:
    requirement.add(root, origin)
    uv.lock(root)


def _commit(git: Git, message: str) -> str:
    git.run("-c", f"core.excludesFile={os.devnull}", "add", "--all")
    git.run("commit", "--quiet", "--message", message)
    return git.commit_id()


def _refuse_without_identity(directory: Path) -> None:
    try:
        Git(directory).run("var", "GIT_COMMITTER_IDENT")
    except GitError as nameless:
        raise Failure(
            "git doesn't know who you are",
            exit_code=Exit.CONFIG,
            remedy='git config --global user.name "Your Name" and git config --global user.email you@example.com',
        ) from nameless
