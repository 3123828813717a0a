"""A notebook that a command runs: `papermill IN OUT`, which keeps an executed copy, or `jupyter nbconvert`."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Run:
    """Which notebook is run, and where the executed copy goes; empty where none is told."""

    notebook: str
    copy: str


def notebook_run(line: Sequence[str]) -> Run | None:
    """What the words of a command run; None where that is no notebook."""
    named = [word for word in line if word.endswith(".ipynb") and not word.startswith("-")]
    tools = {PurePosixPath(word).name for word in line}
    if not named:
        return None
    if "papermill" in tools:
        return Run(named[0], named[1] if len(named) > 1 else "")
    if tools & {"nbconvert", "jupyter-nbconvert"} and "--execute" in line:
        in_place = "--inplace" in line
        return Run(named[0], named[0] if in_place else _output(line))
    return None


def _output(line: Sequence[str]) -> str:
    told = dict(word.partition("=")[::2] for word in line if word.startswith("--output"))
    told |= {word: after for word, after in itertools.pairwise(line) if word in _OPTIONS}
    name, folder = (told.get(option, "") for option in _OPTIONS)
    return str(PurePosixPath(folder, name)) if name else folder


_OPTIONS = ("--output", "--output-dir")
