"""Differences between rendered files and those on the disk, and what to do about each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import layout, model_folder
from mlops_spec.render import desired_state, overlay
from mlops_spec.render.output import Kind
from mlops_spec.render.write import is_ours, journal, manifest
from mlops_spec.render.write.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.render.output import Rendered

_ROOT = PurePosixPath()
_RENDER = "run `mlops-spec render`"
_EDITED = frozenset({"keep", "discard"})
_FOREIGN = frozenset({"keep", "adopt"})
_ORPHANED = frozenset({"discard"})


@dataclass(frozen=True)
class Difference:
    """A file that is not as rendered; `blocks`: rendering would destroy what a person wrote."""

    path: PurePosixPath
    kind: str  # missing, stale, edited, foreign, orphan, misshapen or interrupted
    message: str
    remedy: str
    patch: str = ""  # from what is rendered to what is there, where a person wrote the latter; else the other way
    blocks: bool = False
    ways: frozenset[str] = frozenset()  # the options of `mlops-spec render` that lift the block


def differences(root: Path, files: Sequence[Rendered], at: PurePosixPath = _ROOT) -> tuple[Difference, ...]:
    """All differences in a folder, ordered by path; changes nothing. `at` is where it lies as paths are told."""
    with Tree(root) as tree:
        if journal.interrupted(tree):
            return (Difference(at / journal.STAGING, "interrupted", "a render was interrupted", _RENDER),)
        before = tree.read(layout.MANAGED)
        known = manifest.load(before)
        found = [*_of_files(tree, files, known, at), *_orphans(tree, files, known, at)]
        texts = {file.path: file.text for file in files}
        if not found and before != manifest.dump(texts):
            found.append(Difference(at / layout.MANAGED, "stale", "does not list what is rendered", _RENDER))
    return tuple(sorted(found, key=lambda each: each.path.as_posix()))


def _of_files(
    tree: Tree, files: Sequence[Rendered], known: Mapping[PurePosixPath, str], at: PurePosixPath
) -> Iterator[Difference]:
    for file in files:
        present = tree.read(file.path)
        if present is None:
            yield Difference(at / file.path, "missing", "is missing", _RENDER, _patch(file.path, "", file.text))
        elif file.kind is Kind.ONCE:
            yield from _misshapen(file, present.decode(errors="replace"), at)
        elif present != file.text.encode():
            yield _changed(file, present, known.get(file.path), at)


def _changed(file: Rendered, present: bytes, last: str | None, at: PurePosixPath) -> Difference:
    path, theirs = at / file.path, present.decode(errors="replace")
    if file.kind is Kind.SHARED or last == manifest.digest(present):
        message = "is not what the spec is rendered into now"
        return Difference(path, "stale", message, _RENDER, _patch(file.path, theirs, file.text))
    if last is None and not is_ours(present):
        remedy = f"move it away, or run `mlops-spec render --adopt {path}` to have it replaced"
        return Difference(path, "foreign", "is there already, and is not ours", remedy, blocks=True, ways=_FOREIGN)
    remedy = (
        f"put the change into {model_folder.SPEC} and run `mlops-spec render --discard {path}`,\n"
        f"or run `mlops-spec render --keep {path}`, which declares it in {at / overlay.patch_of(file.path)}"
    )
    patch = _patch(file.path, file.text, theirs)
    return Difference(path, "edited", "was edited after it was rendered", remedy, patch, blocks=True, ways=_EDITED)


def _misshapen(file: Rendered, present: str, at: PurePosixPath) -> Iterator[Difference]:
    for problem in desired_state.problems(file.base, present):
        remedy = f"correct it, or remove it and {_RENDER}"
        yield Difference(at / file.path, "misshapen", problem, remedy, blocks=True)


def _orphans(
    tree: Tree, files: Sequence[Rendered], known: Mapping[PurePosixPath, str], at: PurePosixPath
) -> Iterator[Difference]:
    wanted = {file.path for file in files}
    for path, last in known.items():
        present = tree.read(path)
        if path in wanted or present is None:
            continue
        if last in (manifest.ONCE, manifest.digest(present)):
            yield Difference(at / path, "orphan", "is no longer rendered from the spec", _RENDER)
        else:
            remedy = f"keep the change elsewhere, then run `mlops-spec render --discard {at / path}`"
            message = "is no longer rendered from the spec, and was edited"
            yield Difference(at / path, "edited", message, remedy, blocks=True, ways=_ORPHANED)


def _patch(path: PurePosixPath, old: str, new: str) -> str:
    return overlay.difference(path, old, new)
