"""Options of a command, with their values, and the variables of a script as far as `env` sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

_VARIABLE = regex(r"\$(?:(\w+)|\{(\w+)[^}]*\})")


def options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The long options with their values; a flag's is empty.

    >>> list(options(["gate", "--min_auc", "0.8", "--quiet", "--out=gate.json"]))
    [('min-auc', '0.8'), ('quiet', ''), ('out', 'gate.json')]
    """
    for word, following in zip(words, [*words, "-"][1:], strict=True):
        name, given, value = word.partition("=")
        if name.startswith("--") and len(name) > 2:
            behind = "" if following.startswith("--") or following == "-" else following
            yield name[2:].lower().replace("_", "-"), value if given else behind


def held(workflow: Workflow, job: Job, step: Step, name: str) -> str | None:
    """What `env` sets a variable to, as it is written; None where none of the three does."""
    for each in (step.data, job.data, workflow.data):
        values = mapping(each.get("env"))
        if name in values:
            return text(values[name])
    return None


def spelled_out(workflow: Workflow, job: Job, step: Step, word: str) -> str:
    """A word in which each variable that `env` sets is what it is set to, expressions as they are written."""

    def value(found: re.Match[str]) -> str:
        written = held(workflow, job, step, found[1] or found[2])
        return found[0] if written is None else written

    return _VARIABLE.sub(value, word)


def variables(word: str) -> list[str]:
    """The names of the variables in a word of a script."""
    return [found[1] or found[2] for found in _VARIABLE.finditer(word)]
