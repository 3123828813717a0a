"""The words of the agent's passes and of `status` on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.deploy.passes import Done
    from mlops_spec.deploy.status import Standing

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


def standing_table(model: str, standings: Sequence[Standing]) -> Table:
    """One row per environment."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in (model, "declared", "live", "agent", "since"):
        table.add_column(heading, no_wrap=heading != "since")
    for each in standings:
        declared = f"{each.version} serial {each.serial}" if each.version else "nothing yet"
        mark = "[red]✗[/red]" if each.problems else "[green]✓[/green]"
        seen = "" if each.agent_seen is None else f"seen {_ago(max(each.agent_seen, 0))} ago"
        since = (each.since or "").replace("T", " ").removesuffix("Z")[:16]
        table.add_row(f"  {each.environment}", declared, f"{each.live_version or '-'} {mark}", seen, since)
    return table


def _ago(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
