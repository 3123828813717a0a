"""Listings of repositories by Git: one call for each repository, for all of its folders that are asked about."""

from __future__ import annotations

import hashlib
import os
import stat
from bisect import bisect_left
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.model_folder import EVALUATION, SPEC
from mlops_spec.repository.origin import Origin, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_MADE = (str(EVALUATION),)
_SPEC = str(SPEC)


class Listing(NamedTuple):
    """What Git has, or would take with `git add`, below a folder."""

    #: bytes of each regular file, by its path from the folder
    sizes: Mapping[str, int]
    #: changes when one of the files does, comes or goes, or the origin
    fingerprint: bytes
    #: where the folder lies in its work tree, empty for the tree's root
    inside: str
    origin: Origin
    #: bytes of what the last run left here, which Git does not have
    made: Mapping[str, int]
    #: of a model in a folder, bytes of each file that lies in no model's folder, by its path from the root
    above: Mapping[str, int] = MappingProxyType({})


def listings(folders: Iterable[Path]) -> dict[Path, Listing | Failure]:
    """What lies below each of the folders, or why Git does not tell."""
    by_tree: dict[str, list[Path]] = {}
    trees: dict[str, str] = {}
    listings_by_folder: dict[Path, Listing | Failure] = {}
    for folder in folders:
        if tree := _work_tree(str(folder.absolute()), trees):
            by_tree.setdefault(tree, []).append(folder)
        else:
            listings_by_folder[folder] = Failure("it is in no Git repository", exit_code=Exit.OK)
    for tree, inside in by_tree.items():
        origin = origin_of(tree)
        try:
            listings_by_folder |= _listings_in(tree, inside, origin)
        except (Failure, OSError) as error:
            refused = error if isinstance(error, Failure) else Failure(str(error), exit_code=Exit.CONFIG)
            listings_by_folder |= dict.fromkeys(inside, refused)
    return listings_by_folder


def _listings_in(tree: str, folders: Sequence[Path], origin: Origin) -> dict[Path, Listing]:
    if [folder.absolute() for folder in folders] == [Path(tree)]:  # the one of an only model
        return {folders[0]: _listing_of(folders[0], tree, _asked(folders[0]), origin, _NOTHING)}
    names = sorted(_asked(Path(tree)))
    above = _above(tree, names)
    return {folder: _listing_of(folder, tree, below, origin, above) for folder, below in _below(tree, folders, names)}


class _Above(NamedTuple):
    sizes: Mapping[str, int]
    fingerprint: bytes


_NOTHING = _Above({}, b"")


def _above(tree: str, names: Sequence[str]) -> _Above:
    """What lies in no model's folder, which models may share."""
    models = tuple(f"{name.removesuffix(_SPEC)}" for name in names if name.endswith(f"/{_SPEC}"))
    seen = [(name, facts) for name in names if not name.startswith(models) and (facts := _facts(f"{tree}/{name}"))]
    digest = hashlib.blake2b(
        "\0".join(f"{name}\0{each.st_size}\0{each.st_mtime_ns}" for name, each in seen).encode("utf-8", "replace"),
        digest_size=16,
    )
    return _Above({name: facts.st_size for name, facts in seen}, digest.digest())


def _facts(path: str) -> os.stat_result | None:
    """Of a regular file; None where there is none."""
    try:
        facts = os.lstat(path)
    except (OSError, ValueError):
        return None
    return facts if stat.S_ISREG(facts.st_mode) else None


def place_in_tree(folder: Path) -> str:
    """Where a folder lies in the work tree around it; empty for the tree's root, and where there is none."""
    tree = _work_tree(str(folder.absolute()), {})
    inside = folder.absolute().relative_to(tree).as_posix() if tree else "."
    return "" if inside == "." else inside


def default_branch(folder: Path) -> str:
    """What a repository calls its default branch: as its origin does, else the only branch there is, else main."""
    tree = _work_tree(str(folder.absolute()), {})
    known = origin_of(tree).branch if tree else MAIN_BRANCH
    if known:
        return known
    branches = Git(Path(tree)).text("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").splitlines()
    return branches[0] if len(branches) == 1 else MAIN_BRANCH


def _work_tree(folder: str, known: dict[str, str]) -> str:
    if folder not in known:
        parent = os.path.dirname(folder)  # noqa: PTH120 - Path is ten times as slow
        above = "" if parent == folder else _work_tree(parent, known)
        known[folder] = folder if os.path.lexists(f"{folder}/.git") else above
    return known[folder]


def _below(tree: str, folders: Sequence[Path], names: Sequence[str]) -> Iterator[tuple[Path, list[str]]]:
    for folder in folders:
        below = PurePosixPath(os.path.relpath(folder.absolute(), tree)).as_posix()
        start = "" if below == "." else f"{below}/"
        first, behind = bisect_left(names, start), bisect_left(names, f"{start[:-1]}0") if start else len(names)
        yield folder, [name[len(start) :] for name in names[first:behind]]  # `0` is the character behind `/`


def _asked(folder: Path) -> list[str]:
    answer = Git(folder).run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    return [name for name in answer.decode("utf-8", "replace").split("\0") if name]


def _listing_of(folder: Path, tree: str, names: Iterable[str], origin: Origin, above: _Above) -> Listing:
    base = str(folder.absolute())
    sizes: dict[str, int] = {}
    seen = [base, *origin]
    made: dict[str, int] = {}
    for name, into in (*((name, sizes) for name in sorted(names)), *((name, made) for name in _MADE)):
        if facts := _facts(f"{base}/{name}"):
            into[name] = facts.st_size
            seen.append(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}")
    inside = os.path.relpath(base, tree)
    shared = above if inside != "." else _NOTHING
    digest = hashlib.blake2b("\0".join(seen).encode("utf-8", "replace") + shared.fingerprint, digest_size=16)
    return Listing(sizes, digest.digest(), "" if inside == "." else inside, origin, made, shared.sizes)
