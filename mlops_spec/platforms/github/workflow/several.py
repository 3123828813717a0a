"""Commands about several models of a repository: of each its own evidence decides, whatever became of the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.matrix import MODELS, VARIABLE
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step

_ONE_OF_MATRIX = regex(r"\$\{\{\s*matrix\.\w+\s*\}\}")
_NAMED = regex(r"\$\{?(\w+)\}?")


def of_several(job: Job, step: Step, command: Command) -> bool:
    """Whether a command is about the models that the matrix of a plan names, and so stops at each by itself."""
    match command.verb:
        case "bundle":
            return bool(_value(job, step, MODELS))
        case "register":
            return bool(command.option("--matrix") or _value(job, step, VARIABLE))
        case "promote ask":
            return _is_of_matrix(job, step, command.option("--version") or "")
        case "promote open":
            return not command.argument()
        case _:
            return False


def by_matrix(job: Job, step: Step, word: str) -> str:
    """The expression of a job's matrix that a word of a command stands for; empty where it is none."""
    found = _NAMED.fullmatch(word)
    value = _value(job, step, found[1]) if found else word
    return re.sub(r"\s", "", value) if _ONE_OF_MATRIX.fullmatch(value) else ""


def _is_of_matrix(job: Job, step: Step, word: str) -> bool:
    return bool(by_matrix(job, step, word))


def _value(job: Job, step: Step, name: str) -> str:
    return next(
        (text(mapping(each.get("env"))[name]) for each in (step.data, job.data) if name in mapping(each.get("env"))), ""
    )
