"""The progress of several runs at once, as a person sees it: a line for each stage, and who is at what."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape

from mlops_spec.engines.engine import Said, StageRun, Started
from mlops_spec.words.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.engines.engine import Event

_SIGNS = {"ran": "[green]✓[/]", "cached": "[green]✓[/]", "unchanged": "[dim]·[/]"}


@contextmanager
def watching_several(names: list[str]) -> Iterator[Callable[[str, Event], None]]:
    """Gives a function that shows a model's events on stderr, whichever thread has them."""
    console, width, guard = terminal(stderr=True), max(map(len, names), default=0), threading.Lock()
    status, at = console.status(""), dict[str, str]()

    def show(model: str, event: Event) -> None:
        with guard:
            match event:
                case Started(name):
                    at[model] = name
                case Said(_, line):
                    console.print(f"    [dim]{model:<{width}} {escape(line)}[/]")
                case StageRun(name, outcome, seconds):
                    at.pop(model, None)
                    took = f"{seconds:6.1f} s" if seconds else ""
                    console.print(f"{_SIGNS[outcome]} {model:<{width}} {name:<12} {outcome:<9} {took}".rstrip())
            status.update(", ".join(f"{each} {stage}" for each, stage in at.items()) + " …")

    with status:
        yield show
