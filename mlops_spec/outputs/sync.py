"""Runs `mlops-spec render`: writes the files, keeps a person's changes, or reports what is in the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.render import overlay
from mlops_spec.render.write import write
from mlops_spec.render.write.compare import Difference, differences
from mlops_spec.render.write.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from mlops_spec.outputs.parts import Part
    from mlops_spec.render.output import Rendered
    from mlops_spec.render.write.journal import Change


@dataclass(frozen=True)
class Synced:
    """What rendering changed, or, with nothing changed, what is in its way or differs."""

    changes: tuple[Change, ...] = ()
    blocked_by: tuple[Difference, ...] = field(default=())


def compare(part: Part) -> Synced:
    """What rendering would change, or would destroy; nothing is written."""
    return Synced(blocked_by=differences(part.path, part.render(), part.shown))


def sync(part: Part, choices: Mapping[PurePosixPath, str]) -> Synced:
    """Renders into the repository.

    `choices` says of a file that a person wrote whether to `keep` the edit as an overlay, to `discard` it, or to
    `adopt` a file that was never ours. Raises Failure where a choice fits no difference.
    """
    files = part.render()
    found = differences(part.path, files, part.shown)
    _refuse_idle(choices, found)
    blocking = tuple(each for each in found if each.blocks and choices.get(each.path) not in each.ways)
    if blocking:
        return Synced(blocked_by=blocking)
    inside = {path.relative_to(part.shown): choice for path, choice in choices.items()}
    kept = {path for path, choice in inside.items() if choice == "keep"}
    _write_overlays(part.path, files, kept)
    texts = {each.path: each.text for each in (part.render() if kept else files)}
    changes = write(part.path, texts, adopt=inside.keys())
    return Synced(tuple(replace(each, path=part.shown / each.path) for each in changes))


def _write_overlays(root: Path, files: Sequence[Rendered], kept: Collection[PurePosixPath]) -> None:
    with Tree(root) as tree:
        for file in files:
            if file.path in kept:
                present = _text(file.path, tree.read(file.path) or b"")
                tree.write(overlay.patch_of(file.path), overlay.difference(file.path, file.base, present).encode())


def _text(path: PurePosixPath, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Failure(f"{path}: is not UTF-8 and can't be kept", remedy="write it in UTF-8") from None


def _refuse_idle(choices: Mapping[PurePosixPath, str], found: Sequence[Difference]) -> None:
    ways = {each.path: each.ways for each in found}
    for path, choice in choices.items():
        if choice not in ways.get(path, ()):
            raise Failure(
                f"--{choice} {path}: there is nothing to {choice}",
                remedy="`mlops-spec render --check` lists what there is",
            )
