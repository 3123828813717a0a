"""The folder in a repository that a further model is to get, and why some can't be it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.files import LOCK, PIPELINE
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, GitError
from mlops_spec.layout import MANAGED, PROJECT
from mlops_spec.lint.load import shared_around
from mlops_spec.repository.models import folders_here, meant, name_in
from mlops_spec.repository.root import in_submodule, inside, is_repository, root_of
from mlops_spec.start.new import atomic_folder

if TYPE_CHECKING:
    from mlops_spec.spec.shared import Shared

_MODELS = "models"
_LINK = "160000"  # the mode of a submodule in Git's index
_PAGE = "docs/from-one-model-to-many.md"
_OWN = ("data", "src", "tests", *map(str, (model_folder.DEPLOY, model_folder.CARD)), str(PIPELINE), str(LOCK))


@dataclass(frozen=True)
class Spot:
    """A free folder, by its path from the root of the checkout, and the names that other models have."""

    root: Path
    folder: PurePosixPath
    shared: Shared
    taken: frozenset[str]

    @property
    def path(self) -> Path:
        """The folder on the disk."""
        return self.root / self.folder


def spot_for(directory: Path) -> Spot | None:
    """Where a model goes that is called for in `directory`; None where that is no part of any repository.

    A bare name at the root goes where the other models are, which is below `models/` unless the settings say otherwise.

    Raises:
        Failure: a model can't lie there; it says why and what would be right.
    """
    base = _existing(directory.absolute())
    _refuse_inside_git(base)
    root = root_of(base)
    if not is_repository(root) or (directory.absolute() != root and _ignored(root, directory)):
        return None
    shared = shared_around(root)
    folder = _folder(root, directory, shared)
    models = folders_here(Git(root))
    _refuse_alone(root, folder)
    _refuse_strange(root, folder, shared)
    others = meant(models, shared.models)
    _refuse_nested(folder, others)
    names = (name_in((root / each / model_folder.SPEC).read_bytes()) for each in others)
    return Spot(root, folder, shared, frozenset(filter(None, names)))


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.is_dir())


def _folder(root: Path, directory: Path, shared: Shared) -> PurePosixPath:
    asked = PurePosixPath(os.path.normpath(inside(directory, root)))
    if len(asked.parts) == 1 and len(directory.parts) == 1:
        return _home(shared) / asked
    return asked


def _home(shared: Shared) -> PurePosixPath:
    """The folder that the first pattern of the settings names, such as `models/*`."""
    first = PurePosixPath(next(iter(shared.models), f"{_MODELS}/*"))
    return first.parent if first.name == "*" and "*" not in str(first.parent) else PurePosixPath(_MODELS)


def _refuse_inside_git(base: Path) -> None:
    try:
        bare = Git(base).text("rev-parse", "--is-inside-work-tree") == "false"
    except GitError:  # in no repository
        return
    if bare:
        raise Failure(
            f"{base} is a repository without a work tree, or lies inside of one's .git",
            remedy="clone it, and run this in the clone",
        )


def _ignored(root: Path, directory: Path) -> bool:
    return Git(root).ignores(str(inside(directory, root)))


def _refuse_strange(root: Path, folder: PurePosixPath, shared: Shared) -> None:
    if in_submodule(root):
        raise Failure(
            f"{root} is a submodule, and the models of a repository lie in none",
            remedy="run this at the outer repository's root, or in a clone of the submodule's repository",
        )
    if ".." in folder.parts or not folder.parts:
        raise Failure(f"{folder} is no folder below {root}", remedy=f"name one, such as {_MODELS}/NAME")
    entries = Git(root).text("ls-files", "--stage", "--", *map(str, [folder, *folder.parents][:-1]))
    if any(line.startswith(_LINK) for line in entries.splitlines()):
        raise Failure(f"{folder} lies in a submodule", remedy=f"name another folder, such as {_MODELS}/NAME")
    for above in [*folder.parents][:-1]:
        if (root / above).is_symlink():
            raise Failure(f"{above} is a link, and a model lies in the repository itself", remedy="name another folder")
        if (root / above).exists() and not (root / above).is_dir():
            raise Failure(f"{above} is not a folder", remedy="name another one")
    if Git(root).ignores(str(folder)):
        raise Failure(
            f"Git ignores {folder}, so no model can lie there",
            remedy=f"name another folder; `git check-ignore -v {folder}` says by which line",
        )
    if shared.models and not meant([folder], shared.models):
        raise Failure(
            f"{folder} is no model's folder: `models` in [tool.mlops-spec] says {', '.join(shared.models)}",
            remedy=f"name one of these, or add {folder} there in {PROJECT}",
        )
    path = root / folder
    if path.is_dir() or path.is_symlink() or path.exists():
        atomic_folder.refuse_taken(path)


def _refuse_nested(folder: PurePosixPath, others: tuple[PurePosixPath, ...]) -> None:
    for other in others:
        if folder.is_relative_to(other):
            raise Failure(
                f"{folder} lies in the folder of another model, {other}",
                remedy=f"name one beside it: {other.parent}/NAME",
            )


def _refuse_alone(root: Path, folder: PurePosixPath) -> None:
    """A model at the root has the whole repository to itself: it is told how to move."""
    spec = root / model_folder.SPEC
    if not spec.is_file():
        return
    name = name_in(spec.read_bytes()) or "NAME"
    new = folder.parent / name
    own = " ".join([str(model_folder.SPEC), *(each for each in _OWN if (root / each).exists())])
    raise Failure(
        f"{root} has one model, `{name}`, at its root, and such a one is alone",
        exit_code=Exit.USAGE,
        remedy="\n".join(
            [
                f"give it a folder first; name, versions, history and ledger stay ({_PAGE}):",
                f"  mkdir -p {new} && git mv -k {own} {new}/",
                f"  git rm -q --cached --ignore-unmatch {MANAGED} && rm -f {MANAGED}",
                f"  in {PROJECT}: no [build-system], and `package = false` in [tool.uv]: code is found in {new}/src",
                f"  mlops-spec render && git add --all && git commit -m 'Give {name} a folder'",
            ]
        ),
    )
