"""The terminal's renderer, which is rich's: tables, colours and spinners."""

from __future__ import annotations

import io
import sys
from typing import IO, TYPE_CHECKING, cast

from rich.console import Console
from rich.segment import Segment

from mlops_spec.words.visible import visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from rich.console import ConsoleOptions, RenderableType


class Terminal(Console):
    """A console whose texts are visible before its own codes for colours and cursors join them."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment(text, style, control) if control else Segment(visible_lines(text), style)


class _Lines(io.TextIOBase):
    """A stream on which no line begins a command to a runner, also where rich put it together from pieces."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding or "utf-8"

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def flush(self) -> None:
        self._stream.flush()

    def write(self, text: str) -> int:
        if self.isatty():  # no runner listens there
            return self._stream.write(text)
        return self._stream.write(visible_lines(text) if "\x1b" not in text else text)


def terminal(*, stderr: bool = False) -> Terminal:
    """A console on stdout or stderr as they are now; lines are as long as what they say."""
    stream = (sys.stderr if stderr else sys.stdout) or io.StringIO()
    return Terminal(file=cast("IO[str]", _Lines(stream)), highlight=False, soft_wrap=True)


def recorder() -> Terminal:
    """A console that shows nothing and can be exported as a page."""
    return Terminal(file=io.StringIO(), record=True, highlight=False)
