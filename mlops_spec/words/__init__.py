"""All output for people, logs and other programs: the one door to stdout and stderr.

What others wrote (titles, names, arguments, messages of a forge) passes through here, so that control characters,
escape sequences, lone surrogates and bidirectional marks are seen, no line of it is a command to a workflow's runner,
and no console is too small for it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

from mlops_spec.words.visible import Visible, visible_json, visible_lines

if TYPE_CHECKING:
    from typing import TextIO


def any_console() -> None:
    """Lets a console show what its encoding lacks (ASCII, cp1252) as an escape; called once, when a process starts."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # none, closed, or another's that takes any text
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def out(text: str, end: str = "\n") -> None:
    """Says the command's answer. Raises OSError where stdout can't take it."""
    _write(sys.stdout, text, end)


def err(text: str) -> None:
    """Says what goes beside the answer; where nobody can hear it, nothing is said."""
    with contextlib.suppress(OSError):
        _write(sys.stderr, text, "\n")


def data(value: Any, indent: int | None = None) -> None:
    """Says a value as JSON."""
    from json import dumps  # noqa: PLC0415 - a twentieth of the time that linting a clean file takes

    out(visible_json(dumps(value, indent=indent)))


def coloured() -> bool:
    """Whether the answer goes to a terminal that may have colours."""
    return sys.stdout is not None and sys.stdout.isatty() and "NO_COLOR" not in os.environ


def hang_up() -> None:
    """Nobody listens any longer: what is left to say goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def flush() -> None:
    """Before the process forks, so that nothing is said twice."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()


def _write(stream: TextIO | None, text: str, end: str) -> None:
    if stream is not None:
        stream.write((text if isinstance(text, Visible) else visible_lines(text)) + end)
        stream.flush()
