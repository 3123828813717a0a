"""The models of a checkout that a command is about, each with its place and its spec, and what is wrong with others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean, listed
from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec, shared_around
from mlops_spec.model_folder import SPEC
from mlops_spec.place import Place
from mlops_spec.repository.models import folders_here, meant, name_in
from mlops_spec.repository.root import inside, is_repository, root_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared


@dataclass(frozen=True)
class Model:
    """One model of a checkout; its spec is completed by what all share."""

    place: Place
    spec: Spec

    @property
    def name(self) -> str:
        """What it is called, in tags, in the ledger and by `--model`."""
        return self.spec.model


@dataclass(frozen=True)
class Models:
    """The models that a command is about, ordered by folder."""

    root: Path
    shared: Shared
    whole: tuple[Model, ...]
    #: why a folder's spec can't be used; the others go on
    broken: Mapping[PurePosixPath, Failure]
    #: whether the command was given in one model's folder, so that nothing is said about others
    here: bool = False
    #: whether these are all models of the repository
    every: bool = False

    def __iter__(self) -> Iterator[Model]:
        return iter(self.whole)

    def __len__(self) -> int:
        return len(self.whole)


def models_in(directory: Path, names: Sequence[str] = ()) -> Models:
    """In a model's folder that model; else all models below, or those of these names.

    Raises:
        Failure: there is no such model, or no repository; what all share is not valid; the spec that is meant is not.
    """
    root, shared = root_of(directory), shared_around(directory)
    here = inside(directory, root)
    if (directory / SPEC).is_file() or not is_repository(root):
        return _only(Models(root, shared, (_load(root, here, shared),), {}, here=True), names)
    folders = meant(folders_here(Git.open(directory)), shared.models)
    if not folders:
        load_spec(directory / SPEC)  # says what is missing
    if names:
        folders = tuple(_named(root, folders, names))
    return _loaded(root, folders, shared, every=not names and not here.parts)


def _load(root: Path, folder: PurePosixPath, shared: Shared) -> Model:
    spec = load_spec(root / folder / SPEC, shared)
    return Model(Place(root, spec.model, folder), spec)


def _loaded(root: Path, folders: Iterable[PurePosixPath], shared: Shared, *, every: bool) -> Models:
    whole, broken = [], {}
    for folder in folders:
        try:
            whole.append(_load(root, folder, shared))
        except Failure as failure:
            broken[folder] = failure
    counts = Counter(model.name for model in whole)
    for model in whole:
        if counts[model.name] > 1:
            places = [str(other.place.at(SPEC)) for other in whole if other.name == model.name]
            broken[model.place.folder] = Failure(
                f"{root / model.place.at(SPEC)}: {listed(places)} are of one name, `{model.name}`",
                remedy="give each model of a repository a name of its own",
            )
    unique = tuple(model for model in whole if counts[model.name] == 1)
    return Models(root, shared, unique, broken, every=every)


def _only(models: Models, names: Sequence[str]) -> Models:
    for name in names:
        if all(name != model.name for model in models):
            raise _unknown(name, [model.name for model in models])
    return models


def _named(root: Path, folders: Iterable[PurePosixPath], names: Collection[str]) -> list[PurePosixPath]:
    """The folders whose spec says one of the names; the others are not loaded."""
    said = {folder: name_in((root / folder / SPEC).read_bytes()) for folder in folders}
    for name in names:
        if name not in said.values():
            raise _unknown(name, said.values())
    return [folder for folder, name in said.items() if name in names]


def _unknown(name: str, known: Iterable[str]) -> Failure:
    names = [each for each in known if each]
    return Failure(
        f"--model {name}: no model is called so; there are {len(names)}"
        if len(names) != 1
        else f"--model {name}: the model here is called `{names[0]}`",
        remedy=did_you_mean(name, names),
    )
