"""The summary of a rendering, for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.render.write.compare import Difference
    from mlops_spec.render.write.journal import Change


def as_text(changes: Sequence[Change], found: Sequence[Difference], patches: bool) -> str:
    """One line per change, then each difference; what is done about each edit, and once about all else."""
    lines = [f"{_done(change)} {change.path}" for change in changes]
    for each in found:
        lines.append(f"{each.path}: {each.message}")
        if each.patch and (patches or each.kind == "edited"):
            lines.extend(f"    {line}" for line in each.patch.splitlines())
        if each.blocks:
            lines.extend(f"  {line}" for line in each.remedy.splitlines())
    lines.extend(sorted({each.remedy for each in found if not each.blocks}))
    if not lines:
        lines.append("all files are as rendered")
    return "\n".join([*lines, ""])


def as_json(changes: Sequence[Change], found: Sequence[Difference], patches: bool) -> str:
    """The same for machines, with all patches."""
    del patches
    document = {
        "changes": [{"path": str(change.path), "change": _done(change)} for change in changes],
        "differences": [
            {
                "path": str(each.path),
                "kind": each.kind,
                "message": each.message,
                "remedy": each.remedy,
                "patch": each.patch,
            }
            for each in found
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _done(change: Change) -> str:
    if change.old is None:
        return "created"
    return "removed" if change.new is None else "updated"


Format = Callable[[Sequence["Change"], Sequence["Difference"], bool], str]
FORMATS: dict[str, Format] = {"text": as_text, "json": as_json}
