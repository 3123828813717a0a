"""The packages that one project of a `uv.lock` installs: those that it asks for, and all that these ask for.

A lock may hold many projects, as a workspace of uv has them; a change of a package that a project's environment does
not have changes nothing there. https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.regex import regex
from mlops_spec.repository.requirement import mapping, normal, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Package = Mapping[str, Any]

_PACKAGE = "[[package]]\n"
_FILES = regex(r"^wheels = \[\n(?: .*\n)*\]\n|^sdist = .*\n", re.MULTILINE)
_TEXT = "text"
_IN_THE_REPOSITORY = ("editable", "virtual", "directory")


class Locked(NamedTuple):
    """A package as it is locked: its version, and a digest of all that the lock says of it, such as its files."""

    version: str
    digest: str


@dataclass(frozen=True)
class Closure:
    """What a project installs: packages by their names, and the folders of the repository that are packages too."""

    packages: Mapping[str, frozenset[Locked]]
    folders: tuple[str, ...]


@dataclass(frozen=True)
class Changed:
    """A package that differs between two environments: its versions before and after; None where it is not in one."""

    name: str
    before: str | None
    after: str | None


def closure(text: str | None, folder: str) -> Closure | None:
    """What the project in a folder (from the root, `.`) installs by a `uv.lock`; None where the text is no such lock.

    Of a folder without a project of its own, the environment is that of the root; where the root has none, it is all.
    """
    lock = _lock_of(text or "")
    if not lock.packages:
        return None
    own = next((name for place in (folder, ".") for name in lock.projects.get(place, ())), None)
    walk = _Walk(lock)
    for package in lock.packages[own] if own else [each for known in lock.packages.values() for each in known]:
        walk.project(package)
    return Closure(
        {name: frozenset(locked) for name, locked in walk.packages.items()}, tuple(sorted(set(walk.folders)))
    )


def changed_packages(before: Closure, after: Closure) -> Iterator[Changed]:
    """The packages that came, went or changed; where only their files did, the versions are equal."""
    for name in sorted({*before.packages, *after.packages}):
        old, new = before.packages.get(name), after.packages.get(name)
        if old != new:
            yield Changed(name, _versions(old), _versions(new))


def _versions(locked: Iterable[Locked] | None) -> str | None:
    return None if locked is None else " and ".join(sorted({each.version for each in locked}))


@dataclass(frozen=True)
class _Lock:
    packages: Mapping[str, list[Package]]
    projects: Mapping[str, list[str]]


@lru_cache(maxsize=32)
def _lock_of(text: str) -> _Lock:
    """Of each package the digest of its whole text is kept, and its files are not read: they are nearly all of it."""
    packages: dict[str, list[Package]] = defaultdict(list)
    projects: dict[str, list[str]] = defaultdict(list)
    found = table(_FILES.sub("", text)).get("package")
    listed = found if isinstance(found, list) else []
    blocks = text.split(_PACKAGE)[1:]
    for place, package in enumerate(listed):
        name = normal(str(mapping(package).get("name")))
        whole = blocks[place] if len(blocks) == len(listed) else text
        packages[name].append({**mapping(package), _TEXT: whole.strip()})
        if folder := _place(package):
            projects[folder].append(name)
    return _Lock(packages, projects)


@dataclass
class _Walk:
    lock: _Lock
    packages: dict[str, set[Locked]] = field(default_factory=lambda: defaultdict(set))
    folders: list[str] = field(default_factory=list)
    #: the dependencies that are still to be followed, and those parts of packages whose dependencies were
    waiting: list[Package] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def project(self, package: Package) -> None:
        """All that a project's environment may have: its extras and what it is developed with too."""
        self._take(package, (*mapping(package.get("optional-dependencies")), *_groups(package)))
        while self.waiting:
            entry = self.waiting.pop()
            extras, wanted = entry.get("extra"), entry.get("version")
            for each in self.lock.packages.get(normal(str(entry.get("name"))), ()):
                if wanted is None or wanted == each.get("version"):
                    self._take(each, map(str, extras if isinstance(extras, list) else ()))

    def _take(self, package: Package, parts: Iterable[str]) -> None:
        name, version = normal(str(package.get("name"))), str(package.get("version", ""))
        for part in ("", *parts):
            if (name, version, part) not in self.seen:
                self.seen.add((name, version, part))
                self.waiting += _dependencies(package, part)
        if place := _place(package):
            self.folders.append(place)
        else:
            self.packages[name].add(Locked(version, _digest(package)))


def _groups(package: Package) -> list[str]:
    return [f":{group}" for group in mapping(package.get("dev-dependencies"))]


def _dependencies(package: Package, part: str) -> Iterator[Package]:
    """Those of the package itself, of an extra, or of a group (`:dev`)."""
    if not part:
        listed: Any = package.get("dependencies")
    elif part.startswith(":"):
        listed = mapping(package.get("dev-dependencies")).get(part[1:])
    else:
        listed = mapping(package.get("optional-dependencies")).get(part)
    return (mapping(each) for each in (listed if isinstance(listed, list) else ()))


def _place(package: Any) -> str:
    """The folder of the repository that it is; empty for one from elsewhere."""
    source = mapping(mapping(package).get("source"))
    place = next((str(source[kind]) for kind in _IN_THE_REPOSITORY if kind in source), "")
    return posixpath.normpath(place) if place else ""


def _digest(package: Package) -> str:
    return hashlib.sha256(str(package[_TEXT]).encode()).hexdigest()
