"""Output of a rehearsal for people: progress, the table of steps, what is live, where to look."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from mlops_spec.regex import regex
from mlops_spec.rehearse import times
from mlops_spec.words.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.rehearse.scenario import Played

_STEP = regex(r"^\[[^/\]]*/?([^\]]*)\] ⭐ Run Main (.*)")


class Progress:
    """Shows on stderr what is under way: one line for a person who watches, one per step for a log."""

    def __init__(self, steps: int) -> None:
        self.console = terminal(stderr=True)
        self._status = self.console.status("")
        self._steps, self._at = steps, ""

    def begin(self, number: int, title: str) -> None:
        self._at = f"{number}/{self._steps} {title}"
        self._status.update(escape(self._at))

    def line(self, text: str) -> None:
        """A line of a workflow's log."""
        found = _STEP.match(text)
        if found:
            self._status.update(escape(f"{self._at} · {found[1]}: {found[2].splitlines()[0][:80]}"))

    def end(self, played: Played) -> None:
        sign = _sign(played)
        self.console.print(f"{sign} {played.number}  {escape(played.title)}  [dim]{played.seconds:.1f} s[/]")

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._status:
            yield


def table(steps: Sequence[Played]) -> Table:
    """The steps with their verdicts and times."""
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for justify in ("right", "left", "left", "left", "right"):
        grid.add_column(justify=justify, no_wrap=True)
    grid.add_column(overflow="fold")
    for step in steps:
        verdict = escape(step.verdict)
        row = (str(step.number), escape(step.title), f"[dim]{step.workflow}[/]", _sign(step), f"{step.seconds:.1f} s")
        grid.add_row(*row, verdict if step.as_expected else f"[red]{verdict}[/]")
    return grid


def total(scenario: str, steps: Sequence[Played], expected: int) -> str:
    """How many steps were as expected, and where the time went."""
    parts = times.added(step.parts for step in steps)
    shares = ", ".join(f"{part} {parts[part]:.0f} s" for part in times.PARTS if part in parts)
    good = sum(step.as_expected for step in steps)
    return (
        f"{scenario}: {good} of {expected} steps as expected in {sum(step.seconds for step in steps):.0f} s ({shares})"
    )


def as_data(scenario: str, steps: Sequence[Played]) -> dict[str, Any]:
    """Steps and times for machines."""
    return {
        "scenario": scenario,
        "seconds": sum(step.seconds for step in steps),
        "parts": times.added(step.parts for step in steps),
        "steps": [asdict(step) for step in steps],
    }


def _sign(step: Played) -> str:
    if not step.as_expected:
        return "[red]✗✗[/]"
    return "[yellow]✗[/]" if step.stops else "[green]✓[/]"
