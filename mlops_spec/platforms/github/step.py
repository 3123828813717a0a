"""The results of a workflow step: its outputs, and its part of the job's summary page."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.variables import STEP_SUMMARY
from mlops_spec.system.files import followed
from mlops_spec.words.visible import visible_page

if TYPE_CHECKING:
    from mlops_spec.platforms.github.run import Run


#: How a workflow's script names the file that the job's summary page is made of.
SUMMARY_FILE = f"${STEP_SUMMARY}"


def set_output(run: Run, name: str, value: str) -> None:
    """Sets an output of the step; outside of Actions nothing happens.

    The delimiter can't be guessed, so that a value can't end itself and set another output.
    """
    delimiter = f"end_{secrets.token_hex(16)}"
    _append(run.outputs, f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def add_summary(run: Run, markdown: str) -> None:
    """Adds to the job's summary page; outside of Actions nothing happens."""
    _append(run.summary, page(markdown))


def append_page(file: Path, markdown: str) -> None:
    """Adds to a page of Markdown, such as a job's summary."""
    _append(str(followed(file)), page(markdown))


def page(markdown: str) -> str:
    """Markdown for people, in which everything shows itself."""
    return visible_page(markdown.rstrip("\n") + "\n")


def _append(file: str, text: str) -> None:
    if file:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
