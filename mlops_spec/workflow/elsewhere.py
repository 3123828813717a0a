"""What a step runs that stands in a shell script or in the Makefile of the same repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.workflow.named import MAKEFILE
from mlops_spec.workflow_files import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.workflow import Step


def scripts_of(step: Step, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The scripts of the repository that a step runs, itself or by a target of the Makefile: path and text."""
    recipes = "".join(_recipes(step.run, known.get(MAKEFILE, "")))
    for path in dict.fromkeys(SCRIPT.findall(f"{step.run}\n{recipes}")):
        if path in known:
            yield path, known[path]


def _recipes(run: str, makefile: str) -> Iterator[str]:
    for targets in re.findall(r"^[ \t]*make((?:[ ]+[\w-]+)+)[ ]*$", run, re.MULTILINE):
        for target in targets.split():
            yield from re.findall(rf"^{re.escape(target)}[ ]*:[^\n]*\n((?:\t[^\n]*\n?)+)", makefile, re.MULTILINE)
