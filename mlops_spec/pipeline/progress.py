"""The progress of a run, as a person sees it: a line for each stage, and what the stages print."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape

from mlops_spec.engines.engine import Said, StageRun, Started
from mlops_spec.words.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.engines.engine import Event

_SIGNS = {"ran": "[green]✓[/]", "cached": "[green]✓[/]", "unchanged": "[dim]·[/]"}
_WIDTH = 12


@contextmanager
def watching() -> Iterator[Callable[[Event], None]]:
    """Gives a function that shows events on stderr, with a spinner when that is a terminal."""
    console = terminal(stderr=True)
    status = console.status("")

    def show(event: Event) -> None:
        match event:
            case Started(name):
                status.update(f"{name} …")
                if console.is_terminal:
                    status.start()
                else:
                    console.print(f"  {name} …", markup=False)
            case Said(_, line):
                console.print(f"    [dim]{escape(line)}[/]")
            case StageRun(name, outcome, seconds):
                status.stop()
                took = f"{seconds:6.1f} s" if seconds else ""
                console.print(f"{_SIGNS[outcome]} {name:<{_WIDTH}} {outcome:<9} {took}".rstrip())

    try:
        yield show
    finally:
        status.stop()
