"""Overlays: a user's changes to a rendered file, kept as patches in `.mlops/overlays/` and reapplied by each render."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX = ".patch"
_HUNK = regex(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_NO_NEWLINE = "\\ No newline at end of file\n"


@dataclass(frozen=True)
class Hunk:
    """Consecutive lines that become others."""

    place: str  # where it stands in its patch, as `file:line`
    start: int  # the first of the old lines, from 0
    old: tuple[str, ...]
    new: tuple[str, ...]


def patch_of(path: PurePosixPath) -> PurePosixPath:
    """Where the overlay of a rendered file lies."""
    return layout.OVERLAYS / f"{path}{_SUFFIX}"


def overlays(root: Path) -> dict[PurePosixPath, str]:
    """The patch of each file that has one."""
    folder = root / layout.OVERLAYS
    patched = sorted(PurePosixPath(patch.relative_to(folder).as_posix()) for patch in folder.rglob(f"*{_SUFFIX}"))
    return {
        patch.with_name(patch.name.removesuffix(_SUFFIX)): read_text(root, layout.OVERLAYS / patch) for patch in patched
    }


def read_text(root: Path, path: PurePosixPath) -> str:
    """What the user wrote into a file; raises Failure where it can't be read."""
    try:
        return (root / path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Failure(
            f"{path}: is not UTF-8: byte {error.start}", exit_code=Exit.CONFIG, remedy="write it so"
        ) from None
    except OSError as error:
        raise Failure(f"{path}: can't be read: {error.strerror}", exit_code=Exit.CONFIG) from None


def difference(path: PurePosixPath, old: str, new: str) -> str:
    """A unified diff, as `git apply` reads it; empty where nothing differs."""
    found = difflib.unified_diff(_lines(old), _lines(new), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in found)


def apply(path: PurePosixPath, text: str, patch: str) -> str:
    """Makes the patch's changes where its old lines stand, nearest to where they stood.

    Raises Failure that names hunk, line and what stands there now, when old lines are no longer there.
    """
    lines = _lines(text)
    shift = after = 0
    for hunk in _hunks(path, patch):
        expected = hunk.start + shift
        found = _nearest(lines, hunk.old, expected, after)
        if found is None:
            raise _no_longer(path, hunk, lines[expected : expected + len(hunk.old)], expected)
        lines[found : found + len(hunk.old)] = hunk.new
        shift = found - hunk.start + len(hunk.new) - len(hunk.old)
        after = found + len(hunk.new)
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _hunks(path: PurePosixPath, patch: str) -> Iterator[Hunk]:
    lines = _lines(patch)
    starts = [number for number, line in enumerate(lines) if _HUNK.match(line)]
    if not starts:
        raise _no_patch(str(patch_of(path)), "holds no change")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _hunk(f"{patch_of(path)}:{start + 1}", lines[start], lines[start + 1 : end])


def _hunk(place: str, heading: str, body: list[str]) -> Hunk:
    start, old_count, new_count = (int(number or 1) for number in _HUNK.findall(heading)[0])
    if any(line[0] not in " -+\\" for line in body):
        raise _no_patch(place, "has a line below it that begins with none of a space, `-`, `+` and `\\`")
    old, new = tuple(_hunk_side(body, "-")), tuple(_hunk_side(body, "+"))
    if (len(old), len(new)) != (old_count, new_count):
        found = f"{len(old)} old and {len(new)} new lines"
        raise _no_patch(place, f"announces {old_count} old and {new_count} new lines, and has {found}")
    # a hunk without old lines names the line before it
    return Hunk(place, start - (1 if old else 0), old, new)


def _no_patch(place: str, why: str) -> Failure:
    remedy = "correct it, or remove it, make the change again and run `mlops-spec render --keep`"
    return Failure(f"{place}: {why}", exit_code=Exit.CONFIG, remedy=remedy)


def _hunk_side(body: list[str], sign: str) -> Iterator[str]:
    for number, line in enumerate(body):
        if line[0] in (" ", sign):
            ends_file = body[number + 1 : number + 2] == [_NO_NEWLINE]
            yield line[1:].removesuffix("\n") if ends_file else line[1:]


def _nearest(lines: list[str], old: tuple[str, ...], expected: int, after: int) -> int | None:
    places = [place for place in range(after, len(lines) - len(old) + 1) if tuple(lines[place:][: len(old)]) == old]
    return min(places, key=lambda place: abs(place - expected), default=None)


def _no_longer(path: PurePosixPath, hunk: Hunk, present: list[str], expected: int) -> Failure:
    same = sum(1 for _ in _common(hunk.old, present))
    wanted = hunk.old[same].rstrip("\n") if same < len(hunk.old) else ""
    now = present[same].rstrip("\n") if same < len(present) else "the end of the file"
    return Failure(
        f"{hunk.place}: no longer applies to {path}: line {expected + same + 1} is rendered as\n"
        f"    {now}\n  and the overlay was made for\n    {wanted}",
        exit_code=Exit.CONFIG,
        remedy=f"remove the overlay, run `mlops-spec render`, make the change again and run "
        f"`mlops-spec render --keep {path}`",
    )


def _common(one: tuple[str, ...], other: list[str]) -> Iterator[str]:
    for first, second in zip(one, other, strict=False):
        if first != second:
            return
        yield first
