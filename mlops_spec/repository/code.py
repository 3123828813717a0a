"""The code of a stage: the scripts that its command names, and all that they import.

Code is read and never run. What no reader can see, such as a module whose name is made up while it runs, is told.
"""

from __future__ import annotations

import os
import posixpath
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mlops_spec import model_folder
from mlops_spec.document.source import MAX_BYTES
from mlops_spec.repository.command import python_runs
from mlops_spec.repository.entry_points import entry_points
from mlops_spec.repository.imports import Hidden, Imported, imports, notebook
from mlops_spec.repository.root import SOURCE
from mlops_spec.repository.shell import SETTINGS, commands, inside, paths_named
from mlops_spec.spec.paths import data_paths
from mlops_spec.spec.stages import overlap, user_stages, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from mlops_spec.spec import Spec

_PYTHON = (".py", ".ipynb")
_SHELL = (".sh", ".bash")
_CODE = (*_PYTHON, *_SHELL, ".r", ".R", ".jl", ".sql", ".Rmd", ".qmd")
_RECIPES = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "just": ("justfile", "Justfile"),
    "snakemake": ("Snakefile", "workflow/Snakefile"),
    "invoke": ("tasks.py",),
    "nox": ("noxfile.py",),
}


class Files(Protocol):
    """The repository's files, by their paths from its root."""

    def is_file(self, path: str) -> bool:
        """Whether it is a file there."""

    def text(self, path: str) -> str | None:
        """What stands in it; None where it is no text."""


class Unseen(NamedTuple):
    """A line of code whose imports can't be told by reading it."""

    path: str
    line: int
    code: str


@dataclass(frozen=True)
class Code:
    """What a stage runs besides `src`: files, and packages as folders; and what could not be seen."""

    paths: tuple[str, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    #: every file that it runs, those in `src` too
    files: tuple[str, ...] = ()


class _Names(NamedTuple):
    files: AbstractSet[str]
    folders: AbstractSet[str]


_NOTHING = _Names(frozenset(), frozenset())


@dataclass(frozen=True)
class Folder:
    """The files as they lie on the disk; what a link leads out of the repository to is not among them."""

    root: Path
    #: the repository's root, where that is another folder; paths may lead up to there
    repository: Path | None = None

    _seen: dict[str, _Names] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def _limit(self) -> Path:
        return (self.repository or self.root).resolve()

    def is_file(self, path: str) -> bool:
        """Whether it is a file there."""
        folder, name = posixpath.split(path)
        return name in self._names(folder).files

    def _names(self, folder: str) -> _Names:
        """What a folder holds, read once: most of what is asked for is not there."""
        if folder not in self._seen:
            above, name = posixpath.split(folder)
            there = name in ("", "..") or name in self._names(above).folders
            self._seen[folder] = self._read(str(self.root / folder)) if there else _NOTHING
        return self._seen[folder]

    def _read(self, folder: str) -> _Names:
        try:
            entries = list(os.scandir(folder)) if self._holds(folder) else []
        except (OSError, ValueError):
            return _NOTHING
        files = {each.name for each in entries if each.is_file() and (not each.is_symlink() or self._holds(each.path))}
        return _Names(files, {each.name for each in entries if each.is_dir()})

    def _holds(self, path: str) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self._limit)

    def text(self, path: str) -> str | None:
        """What stands in it; None where it is no text of at most 1 MiB."""
        try:
            with (self.root / path).open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
            return None if len(content) > MAX_BYTES else content.decode()
        except (OSError, UnicodeDecodeError):
            return None


def code_of(spec: Spec, files: Files, up: str = "") -> dict[str, Code]:
    """The code that each stage runs: the user's stages by their commands, ours by the functions that the spec names.

    `up` leads from a model's folder to the repository's root (`../..`), where there is code that several models share.
    """
    taken = [
        str(model_folder.BUILD),
        *data_paths(spec.data),
        *(out for each in user_stages(spec).values() for out in each.writes),
    ]
    lines = {**{name: each.run for name, each in user_stages(spec).items()}, "train": spec.train.run}
    reader = _Reader(files, (SOURCE, "", *((posixpath.join(up, SOURCE), up) if up else ())))
    code_by_stage = {name: _of_command(words(command), reader, taken) for name, command in lines.items()}
    modules = [name.partition(":")[0] for _, name, _ in entry_points(spec)]
    ours = _of_modules(modules, reader, taken)
    return {**code_by_stage, "evaluate": ours, "package": ours}


def _of_command(line: tuple[str, ...], reader: _Reader, taken: Iterable[str]) -> Code:
    walk = _Walk(reader.files, reader)
    walk.command(line)
    return walk.code(taken)


def _of_modules(names: Iterable[str], reader: _Reader, taken: Iterable[str]) -> Code:
    walk = _Walk(reader.files, reader)
    for name in names:
        walk.module(name, reader.roots)
    return walk.code(taken)


@dataclass
class _Reader:
    files: Files
    #: the folders that installed code is found in
    roots: tuple[str, ...]
    read: dict[str, tuple[Imported | Hidden, ...]] = field(default_factory=dict)

    @cached_property
    def programs(self) -> Mapping[str, str]:
        """The programs that the project installs, by name: `package.module:function`."""
        text = self.files.text("pyproject.toml") or ""
        if "scripts" not in text:
            return {}
        try:
            scripts = tomllib.loads(text)["project"]["scripts"]
        except (tomllib.TOMLDecodeError, KeyError, TypeError):
            return {}
        return {str(name): str(target) for name, target in scripts.items()} if isinstance(scripts, dict) else {}

    def imports(self, path: str) -> tuple[Imported | Hidden, ...]:
        if path not in self.read:
            text = self.files.text(path) or ""
            self.read[path] = tuple(imports(notebook(text) if path.endswith(".ipynb") else text))
        return self.read[path]


@dataclass
class _Walk:
    files: Files
    reader: _Reader
    seen: dict[tuple[str, tuple[str, ...]], None] = field(default_factory=dict)
    unseen: dict[Unseen, None] = field(default_factory=dict)

    def command(self, line: tuple[str, ...], folder: str = "") -> None:
        """All that the words of a command name, seen from a folder of the repository."""
        module, script = python_runs(line)
        if module:
            self.module(module, tuple(dict.fromkeys((folder, "", *self.reader.roots))), main=True)
        script = inside(folder, script)
        for path in paths_named(line, folder):
            if self.files.is_file(path) and (path == script or path.endswith((*_CODE, *SETTINGS))):
                self.file(path)
            elif self.files.is_file(f"{path}/__main__.py"):
                self.file(f"{path}/__main__.py")
        for word in line[:3]:  # `train-model`, or `uv run train-model`
            for path in _RECIPES.get(word, ()):
                if self.files.is_file(path):
                    self.file(path)
            if target := self.reader.programs.get(word):
                self.module(target.partition(":")[0], self.reader.roots)

    def file(self, path: str) -> None:
        """A file that is run by itself, which Python lets import what lies beside it."""
        if path.endswith(_PYTHON):
            self._python(path, tuple(dict.fromkeys((posixpath.dirname(path), *self.reader.roots))))
            return
        if (path, ()) in self.seen:
            return
        self.seen[path, ()] = None
        if path.endswith(_SHELL) or any(path in names for names in _RECIPES.values()):
            self._shell_commands(self.files.text(path) or "")

    def module(self, name: str, roots: tuple[str, ...], *, main: bool = False) -> None:
        """A module by its name, with the packages around it, in the first of the folders that has it."""
        for root in roots:
            if found := self._resolved_import(name.split("."), root):
                last = posixpath.join(root, *name.split("."), "__main__.py")
                for path in (*found, *([last] if main and self.files.is_file(last) else [])):
                    self._python(path, roots)
                return

    def code(self, taken: Iterable[str]) -> Code:
        """What was found outside `src`, each regular package as its folder where no result or data lies in that."""
        blocked = tuple(taken)
        paths = dict.fromkeys(path for path, _ in self.seen if not _below(path, SOURCE))
        kept = (self._package_files(path, blocked) for path in paths if not any(_below(path, each) for each in blocked))
        return Code(
            tuple(sorted(dict.fromkeys(kept))), tuple(self.unseen), tuple(dict.fromkeys(path for path, _ in self.seen))
        )

    def _shell_commands(self, text: str) -> None:
        folder = ""
        for line in text.splitlines():
            for command in commands(line):
                if command[0] == "cd":
                    folder = inside(folder, command[1]) if len(command) > 1 else ""
                else:
                    self.command(command, folder)

    def _python(self, path: str, roots: tuple[str, ...]) -> None:
        if (path, roots) in self.seen:
            return
        self.seen[path, roots] = None
        for each in self.reader.imports(path):
            if isinstance(each, Hidden):
                self.unseen[Unseen(path, each.line, each.code)] = None
            else:
                self._import(each, path, roots)

    def _import(self, each: Imported, path: str, roots: tuple[str, ...]) -> None:
        above = PurePosixPath(path).parents
        where = ("/".join(above[min(each.level, len(above)) - 1].parts),) if each.level else roots
        names = [f"{each.module}.{name}".lstrip(".") for name in each.names if name != "*"] or [each.module]
        for name in names:
            for root in where:
                if found := self._resolved_import(name.split("."), root):
                    for one in found:
                        self._python(one, roots)
                    break

    def _resolved_import(self, parts: list[str], root: str) -> list[str]:
        found = []
        here = root
        for part in parts:
            package, module = posixpath.join(here, part, "__init__.py"), posixpath.join(here, f"{part}.py")
            here = posixpath.join(here, part)
            if self.files.is_file(package):
                found.append(package)
            elif self.files.is_file(module):
                return [*found, module]
        return found

    def _package_files(self, path: str, blocked: tuple[str, ...]) -> str:
        best, folder = path, posixpath.dirname(path)
        while folder and self.files.is_file(posixpath.join(folder, "__init__.py")):
            if any(overlap(folder, each) for each in blocked):
                break
            best, folder = folder, posixpath.dirname(folder)
        return best


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
