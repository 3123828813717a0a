"""The words of the agent's passes and of `status` on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.deploy.passes import Done
    from mlops_spec.deploy.standing import Standing

_SAYS = {
    "none": "is live, nothing to do",
    "waiting": "waits",
    "deployed": "is live",
    "healed": "is live again",
    "failed": "failed; the old version stays",
    "rolled-back": "was rolled back",
    "withdrawn": "is not asked for any more",
    "scored": "scored what was due",
    "unscored": "could not score what was due",
    "stuck": "can't be seen to",
    "orphaned": "stays as it is",
    "retired": "is served no longer",
}


def done_line(done: Done) -> str:
    """One line for a pass."""
    version = f" {done.version}" if done.version else ""
    model = f"{done.model} in " if done.model else ""
    return f"{model}{done.environment}{version} {_SAYS[done.action]}" + (f": {done.reason}" if done.reason else "")


def standing_lines(model: str, standings: Sequence[Standing]) -> Iterator[Text]:
    """A heading and one row per environment; rich's own table takes several times as long, for each of 1,000 models."""
    headings = (model, "declared", "live", "agent", "since")
    rows = [tuple(Text(each, "bold") for each in headings), *map(_cells, standings)]
    widths = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        for cell, width in zip(row, widths, strict=True):
            cell.pad_right(width - cell.cell_len)
        yield Text("  ").join(row)


def _cells(of: Standing) -> tuple[Text, ...]:
    declared = f"{of.version} serial {of.serial}" if of.version else "nothing yet"
    mark = ("✗", "red") if of.problems else ("✓", "green")
    seen = "" if of.agent_seen is None else f"seen {_ago(max(of.agent_seen, 0))} ago"
    since = (of.since or "").replace("T", " ").removesuffix("Z")[:16]
    live = Text.assemble(f"{of.live_version or '-'} ", mark)
    return Text(f"  {of.environment}"), Text(declared), live, Text(seen), Text(since)


def _ago(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
