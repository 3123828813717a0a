"""The models of main as an agent finds them: where each lies, its spec, and what is wrong with one that has none."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import PROJECT
from mlops_spec.repository.models import folders_of, meant, name_in
from mlops_spec.validate.at_commit import spec_at
from mlops_spec.validate.project import shared_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.git import Tree
    from mlops_spec.spec import Spec

ROOT = PurePosixPath()


@dataclass(frozen=True)
class Found:
    """A model of main: its name, or its folder's where the spec has none; its spec, or why there is none.

    `objects` are what Git calls the contents of its spec, of what it shares and of its deploy files: while they are the
    same, main says the same of the model.
    """

    name: str
    folder: PurePosixPath
    spec: Spec | Failure
    objects: tuple[str, ...]

    @property
    def valid(self) -> Spec:
        """Its spec, of one that has one."""
        assert not isinstance(self.spec, Failure)
        return self.spec

    @property
    def alone(self) -> bool:
        """Whether it is the only model of its repository."""
        return self.folder == ROOT


@dataclass
class Finder:
    """Finds the models of one commit after another, and reads again only what changed."""

    _commit: str = ""
    _found: tuple[Found, ...] = ()
    _specs: dict[tuple[PurePosixPath, tuple[str, ...]], Spec | Failure] = field(default_factory=dict)

    def models(self, main: Tree) -> tuple[Found, ...]:
        """All models of the commit, ordered by folder.

        Raises:
            Failure: there is none (2), or what they share can't be read (2).
        """
        if main.commit != self._commit:
            with main.git.kept_open() as git:  # one process of git, however many the specs are
                self._found = self._anew(replace(main, git=git))
            self._commit = main.commit
        return self._found

    def _anew(self, main: Tree) -> tuple[Found, ...]:
        objects = _objects(main)
        folders = (ROOT,) if str(model_folder.SPEC) in objects else _folders(main, objects)
        if not folders:
            raise Failure(f"{model_folder.SPEC}: no such file in this commit")
        contents = main.read_all([folder / model_folder.SPEC for folder in folders])
        known, self._specs = self._specs, {}
        found, paths = [], sorted(objects)
        for folder, content in zip(folders, contents, strict=True):
            own = _own(objects, paths, folder)
            spec = self._specs[folder, own] = known.get((folder, own)) or _spec(main, folder)
            name = spec.model if not isinstance(spec, Failure) else name_in(content or b"") or str(folder)
            found.append(Found(name, folder, spec, own))
        return tuple(_but_namesakes(found))


def _folders(main: Tree, paths: Iterable[str]) -> tuple[PurePosixPath, ...]:
    return meant(folders_of(main, paths), shared_of(str(PROJECT), main.read(PROJECT)).models)


def _objects(main: Tree) -> dict[str, str]:
    return {entry.path: entry.object for entry in main.entries() if entry.path.endswith((".yaml", str(PROJECT)))}


def _own(objects: dict[str, str], paths: list[str], folder: PurePosixPath) -> tuple[str, ...]:
    """The files that decide on a model; `paths` are those of `objects` in order."""
    deploy = f"{folder / model_folder.DEPLOY}/"
    files = takewhile(lambda path: path.startswith(deploy), islice(paths, bisect_left(paths, deploy), None))
    return tuple(objects.get(path, "") for path in (str(PROJECT), str(folder / model_folder.SPEC), *files))


def _spec(main: Tree, folder: PurePosixPath) -> Spec | Failure:
    try:
        return spec_at(replace(main, folder=folder))
    except Failure as failure:
        where = f"{folder}/" if folder != ROOT else ""
        return Failure(f"{where}{failure.message}", exit_code=failure.exit_code, remedy=failure.remedy)


def _but_namesakes(found: Iterable[Found]) -> Iterable[Found]:
    """Two models of one name are none: nobody could say which is meant."""
    listed = [*found]
    counts = Counter(each.name for each in listed)
    for each in listed:
        if counts[each.name] == 1:
            yield each
            continue
        others = ", ".join(str(other.folder) for other in listed if other.name == each.name)
        problem = Failure(
            f"{counts[each.name]} models are named {each.name}: {others}",
            exit_code=Exit.CONFIG,
            remedy="Give each a name of its own; until then what is live of that name stays as it is.",
        )
        yield replace(each, spec=problem)
