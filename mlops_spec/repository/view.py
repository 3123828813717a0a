"""The repository around a spec as rules see it: the files in Git, opened on demand."""

from __future__ import annotations

import ast
import posixpath
import warnings
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document import Document
from mlops_spec.document.diagnostic import Span
from mlops_spec.document.source import LINE_END, MAX_BYTES
from mlops_spec.repository.near import NOBODY, Near
from mlops_spec.repository.origin import Origin
from mlops_spec.spec.shared import NOTHING_SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

CODE = "src"  # the folder that the project's packages lie in


@dataclass(frozen=True)
class Python:
    """One Python file: its text as it stands, and its tree; code is read and never run."""

    document: Document
    tree: ast.Module

    def span(self, node: ast.expr | ast.stmt | ast.arg) -> Span:
        """Where the first line of a node stands; Python counts bytes, a place counts characters."""
        line = self.document.lines[node.lineno - 1]
        start = len(line.encode()[: node.col_offset].decode(errors="replace")) + 1
        same = node.end_lineno == node.lineno and node.end_col_offset is not None
        end = len(line.encode()[: node.end_col_offset].decode(errors="replace")) if same else len(line)
        return Span(node.lineno, start, node.lineno, max(end + 1, start + 1))


def parsed(document: Document) -> Python | None:
    """A file's Python; None where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape that Python may refuse one day is not ours to tell
            tree = _tree(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    # Python ends lines as the linter does, and at form feeds not: both count the same.
    same = len(LINE_END.findall(document.text)) == document.text.count("\n")
    return Python(document, tree) if same else None


_tree = lru_cache(maxsize=128)(ast.parse)  # each rule about code reads the same files


@dataclass(frozen=True, eq=False)
class Repository:
    """What Git has below one folder, or would take: `sizes` in bytes by path from there; files are read when asked for.

    `shown` is the folder as messages name it, `inside` where it lies in its work tree, empty for the tree's root.
    """

    shown: str
    sizes: Mapping[str, int]
    read: Callable[[str], bytes]
    inside: str = ""
    origin: Origin = field(default_factory=Origin)
    #: bytes of what the last run left beside that
    made: Mapping[str, int] = field(default_factory=dict)
    #: bytes of what models may share, by its path from the root of the work tree
    above: Mapping[str, int] = field(default_factory=dict)
    _parsed: dict[str, Python | None] = field(default_factory=dict, init=False, repr=False)

    def has(self, path: str) -> bool:
        """Whether Git has a file or a folder of this path."""
        return path in self.sizes or any(each.startswith(f"{path}/") for each in self.sizes)

    @cached_property
    def up(self) -> str:
        """The way from the folder to the work tree's root, such as `../..`; empty where it is the root."""
        return "/".join([".."] * len(PurePosixPath(self.inside).parts))

    def once(self, path: str) -> str:
        """A file that a repository has once, for all its models: in the folder, else at the root."""
        return f"{self.up}/{path}" if path not in self.sizes and self.up and path in self.above else path

    def _size(self, path: str) -> int | None:
        if path in self.sizes:
            return self.sizes[path]
        shared = posixpath.normpath(f"{self.inside}/{path}") if path.startswith("../") else ""
        return self.above.get(shared, self.made.get(path))

    def is_file(self, path: str) -> bool:
        """Whether Git has a file of this path."""
        return path in self.sizes or (path.startswith("../") and self._size(path) is not None)

    def text(self, path: str, most: int = MAX_BYTES) -> str | None:
        """What stands in a file; None where there is none, or none that is text of so many bytes, 1 MiB if not said."""
        size = self._size(path)
        if size is None or size > most:
            return None
        try:
            content = self.read(path)
            return None if b"\0" in content else content.decode()
        except (OSError, UnicodeDecodeError):
            return None

    def document(self, path: str) -> Document:
        """A file to point into; of one that is no text, its first character."""
        return Document(self.name(path), self.text(path) or "", None, {})

    def name(self, path: str) -> str:
        """A path as messages name it."""
        return posixpath.normpath(f"{self.shown}/{path}") if path.startswith("../") else self._below(path)

    def _below(self, path: str) -> str:
        return path if self.shown in ("", ".") else f"{self.shown}/{path}"

    def python(self, path: str) -> Python | None:
        """A Python file; None where it is not there or not Python."""
        if path not in self._parsed:
            self._parsed[path] = self._parse(path)
        return self._parsed[path]

    def code(self) -> Iterator[Python]:
        """The project's own Python files."""
        for path in sorted(self.sizes):
            if path.startswith(f"{CODE}/") and path.endswith(".py") and (found := self.python(path)):
                yield found

    def module(self, name: str) -> str:
        """The path of a module of the project, `package.module`; empty where there is none."""
        base = f"{CODE}/{name.replace('.', '/')}"
        return next((path for path in (f"{base}.py", f"{base}/__init__.py") if path in self.sizes), "")

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The names of all modules of the project."""
        files = (path for path in sorted(self.sizes) if path.startswith(f"{CODE}/") and path.endswith(".py"))
        names = (path.removeprefix(f"{CODE}/").removesuffix(".py").removesuffix("/__init__") for path in files)
        return tuple(name.replace("/", ".") for name in names)

    def _parse(self, path: str) -> Python | None:
        return parsed(self.document(path)) if self.text(path) is not None else None


class Beside(NamedTuple):
    """What all models of a repository share, and what the others mean for one."""

    shared: Shared = NOTHING_SHARED
    near: Near = NOBODY


ALONE = Beside()


@dataclass(frozen=True)
class Surroundings:
    """What rules over a repository may look at; each field is an argument that a rule can ask for."""

    spec: Spec
    document: Document
    repository: Repository
    today: date
    #: what all models of the repository share, and what the others mean for this one
    shared: Shared = NOTHING_SHARED
    near: Near = NOBODY
