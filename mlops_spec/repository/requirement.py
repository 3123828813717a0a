"""The requirements of a project, in `pyproject.toml` and as `uv.lock` recorded them."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

PROJECT = "pyproject.toml"
LOCK = "uv.lock"
Table = dict[str, Any]
_PACKAGE = "[[package]]\n"
_ELSEWHERE = {"path", "directory", "editable", "url", "git", "virtual"}  # a place that settles the version
_EXTRA = regex(r"\bextra == '([^']+)'")
_REQUIREMENT = regex(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)")

_WITH_EXTRAS = regex(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")


class Requirement(NamedTuple):
    """A distribution and the versions of it that will do."""

    name: str
    versions: frozenset[str]


@lru_cache(maxsize=8)  # each rule about the project reads the same file
def table(text: str | None) -> Table:
    """A TOML text; empty where it is none."""
    try:
        return tomllib.loads(text or "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def lock_of(text: str | None, name: str) -> Table:
    """What a `uv.lock` says about the project of that name, and about all: the other packages are not read.

    They are nearly all of the file, and reading them takes a hundred times as long as all else that is looked at.
    """
    own = re.search(rf'^\[\[package\]\]\nname = "{re.escape(normal(name))}"\n', text or "", re.MULTILINE)
    if not text or not own:
        return table(text)
    first, behind = text.index(_PACKAGE), text.find(f"\n{_PACKAGE}", own.end())
    return table(text[:first] + text[own.start() : behind if behind >= 0 else len(text)])


def versions(text: str) -> frozenset[str]:
    """The clauses of a version specifier.

    >>> sorted(versions(">=1.6, <2"))
    ['<2', '>=1.6']
    """
    return frozenset(clause.replace(" ", "") for clause in text.split(",") if clause.strip())


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(project: Table) -> dict[str, set[Requirement]]:
    """What `pyproject.toml` asks for, by group; the project's own under the empty name, an extra's under `[extra]`."""
    given = mapping(project.get("project"))
    extras = mapping(given.get("optional-dependencies"))
    groups = mapping(project.get("dependency-groups"))
    found = {"": _requirements(texts(given.get("dependencies")))}
    found |= {f"[{normal(name)}]": _requirements(texts(extra)) for name, extra in extras.items()}
    return found | {normal(name): _requirements(_group_requirements(groups, name, ())) for name in groups}


def extras(project: Table, name: str) -> set[str]:
    """The extras of a distribution that a project installs, those included that it names as `name-extra`."""
    found: set[str] = set()
    for entry in texts(mapping(project.get("project")).get("dependencies")):
        if match := _WITH_EXTRAS.match(entry):
            asked, listed = normal(match[1]), match[2] or ""
            found |= {normal(word.strip()) for word in listed.split(",")} if asked == name else set()
            found |= {asked.removeprefix(f"{name}-")} if asked.startswith(f"{name}-") else set()
    return found - {""}


def locked(lock: Table, name: str) -> dict[str, set[Requirement]] | None:
    """What `uv.lock` says that the project asked for when it was locked; None where it does not know the project."""
    for package in _tables(lock.get("package")):
        metadata = mapping(package.get("metadata"))
        if normal(str(package.get("name"))) == normal(name) and metadata:
            found: dict[str, set[Requirement]] = {}
            for entry in _tables(metadata.get("requires-dist")):
                extra = _EXTRA.search(str(entry.get("marker", "")))
                found.setdefault(f"[{normal(extra[1])}]" if extra else "", set()).add(_remembered(entry))
            groups = mapping(metadata.get("requires-dev"))
            return found | {normal(group): {*map(_remembered, _tables(each))} for group, each in groups.items()}
    return None


def differing(wanted: set[Requirement], kept: set[Requirement], placed: Collection[str]) -> list[str]:
    """The names that two sets of requirements don't agree on; of what comes from a place, only that it is there."""
    differ = {each.name for each in wanted ^ kept}
    here, there = ({each.name for each in side} for side in (wanted, kept))
    return sorted(name for name in differ if name not in placed or (name in here) != (name in there))


def placed(lock: Table, name: str) -> set[str]:
    """The names that the lock has from a place of their own: a folder, a wheel, an address, a repository."""
    return {
        normal(str(entry.get("name")))
        for package in _tables(lock.get("package"))
        if normal(str(package.get("name"))) == normal(name)
        for entries in _lists(mapping(package.get("metadata")))
        for entry in entries
        if _ELSEWHERE & entry.keys()
    }


def _lists(metadata: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    groups = mapping(metadata.get("requires-dev")).values()
    return [_tables(entries) for entries in (metadata.get("requires-dist"), *groups)]


def _tables(entries: Any) -> list[Mapping[str, Any]]:
    return [mapping(entry) for entry in entries] if isinstance(entries, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _group_requirements(groups: Mapping[str, Any], name: str, seen: tuple[str, ...]) -> list[str]:
    entries = groups.get(name)
    if name in seen or not isinstance(entries, list):
        return []
    included = [str(each.get("include-group")) for each in entries if isinstance(each, dict)]
    return [
        *texts(entries),
        *(text for other in included for text in _group_requirements(groups, other, (*seen, name))),
    ]


def _requirements(entries: Iterable[str]) -> set[Requirement]:
    matches = (_REQUIREMENT.match(entry) for entry in entries)
    return {Requirement(normal(each[1]), versions(each[2])) for each in matches if each}


def _remembered(entry: Mapping[str, Any]) -> Requirement:
    return Requirement(normal(str(entry.get("name"))), versions(str(entry.get("specifier", ""))))
