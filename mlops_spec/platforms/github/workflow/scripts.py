"""The scripts that a step runs, as texts: its own, and those of the same repository, with where each piece stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.diagnostic import Span
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.files import SCRIPT
from mlops_spec.platforms.github.workflow.named_files import MAKEFILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.document import Document
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Step


class Script(NamedTuple):
    """A script of a step; `document` is the file that it is, none where it is written in the step."""

    text: str
    step: Step
    document: Document | None = None

    def found(self, piece: re.Match[str], message: str, hint: str) -> Finding:
        """What is said about the first line of a piece of it."""
        first = piece[0].partition("\n")[0].rstrip("\\ ")
        if self.document is None:
            return Finding(self.step.place, message, hint, piece=first)
        line, column = self.document.position(piece.start())
        span = Span(line, column, line, column + max(len(first), 1))
        return Finding((), message, hint, document=self.document, span=span)


def scripts(step: Step, delivery: Delivery) -> Iterator[Script]:
    """All scripts of a step."""
    yield Script(step.run, step)
    for path, text in scripts_of(step, delivery.scripts):
        yield Script(text, step, delivery.sources[path])


def scripts_of(step: Step, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The scripts of the repository that a step runs, itself or by a target of the Makefile: path and text."""
    recipes = "".join(_recipes(step.run, known.get(MAKEFILE, "")))
    for path in dict.fromkeys(SCRIPT.findall(f"{step.run}\n{recipes}")):
        if path in known:
            yield path, known[path]


def _recipes(run: str, makefile: str) -> Iterator[str]:
    for targets in re.findall(r"^\s*make((?:[ ]+[\w-]+)+)[ ]*$", run, re.MULTILINE):
        for target in targets.split():
            yield from re.findall(rf"^{re.escape(target)}[ ]*:[^\n]*\n((?:\t[^\n]*\n?)+)", makefile, re.MULTILINE)
