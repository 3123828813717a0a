"""A check compares two things.

Where both sides are one file, the difference is 0 and the digest is right, whatever the model has become: the check
cannot fail.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.drift --reference logs --current logs

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.drift --reference train.parquet --current logs

Fix: name the other side: what is live, what was learned from, the digest that another job has said.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.release import checks_digest
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, trains, watches
from mlops_spec.platforms.github.workflow.typed import mapping, names, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS560"
NAME = "self-comparison"
SEVERITY: Severity = "error"

_OLD = regex(r"reference|baseline|base|champion|stable|old|expected|before|live|prod(uction)?|main|left|current-model")
_NEW = regex(r"current|candidate|new|canary|challenger|actual|after|right|pr|model|head|trained|incoming")
_DIGEST = regex(r"(?:sha(?:256|512)sum|b2sum|shasum(?: -a \d+)?|md5sum)\s+[\"']?([^\s\"'|;)<>-][^\s\"'|;)<>]*)")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for command in step.commands:
                if same := _common_side(command, workflow, job, step):
                    message = f"both sides of this are `{same}`, so it finds no difference, ever"
                    yield at_command(step, command, message, "name what it is to be compared with")
                elif rows := _held_out_side(command):
                    message = f"`{rows}` are rows of the training's own split, and not what was asked since"
                    yield at_command(step, command, message, "compare with what is served")
        yield from _self_made_digests(job)
        yield from _copied_baselines(job)
        yield from _baselines_of_this_commit(job)
        if _is_of_main_alone(workflow, delivery.main):
            yield from _baselines_of_main(job, delivery.main)


_SINCE = regex(r"current|live|production|recent|serving|actual|new|incoming")
_SPLIT = regex(r"(?:.*/)?(?:x_)?(train|training|test|holdout|hold_out|valid|validation)(?:_(?:set|data|rows))?\.\w+")


def _held_out_side(command: Command) -> str:
    """The side of a watch for drift that should be what is served, and is a file of the training's split."""
    if command.verb or not watches(command):
        return ""
    sides = _option_values(command.words, {})
    return next((value for name, value in sides.items() if _SINCE.search(name) and _SPLIT.fullmatch(value.lower())), "")


def _copied_baselines(job: Job) -> Iterator[Finding]:
    copied: dict[str, str] = {}  # a copy, and what it is of
    for step in job.steps:
        for command in step.commands:
            if command.starts("cp") and len(command.words) > 2:
                copied[_bare(command.words[-1])] = _bare(command.words[-2])
            elif trains(command) or evaluates(command):
                copied.clear()
            sides = {_bare(word.rpartition("=")[2]) for word in command.words}
            same = next((copy for copy, file in copied.items() if {copy, file} <= sides), "")
            compares = judges(command) or watches(command) or command.starts("diff") or command.starts("cmp")
            if same and compares:
                message = f"`{same}` was copied from `{copied[same]}` in this state, so it finds no difference, ever"
                yield at_command(step, command, message, "copy it before the new one is written")


_OF_THIS_COMMIT = regex(r"(HEAD|\$\{?GITHUB_SHA\}?|\$\{\{ ?github\.sha ?\}\}):\S+")


def _baselines_of_this_commit(job: Job) -> Iterator[Finding]:
    """Where a job that trains nothing takes the figures to compare with from the commit that it looks at."""
    changes = any(trains(command) or command.starts("git", "commit") for command in job.commands)
    compares = any(judges(command) for command in job.commands)
    for step in job.steps if compares and not changes else ():
        for command in step.commands:
            if command.starts("git", "show") and any(map(_OF_THIS_COMMIT.fullmatch, command.words)):
                message = "this is what the commit itself brings, so it finds no difference, ever"
                yield at_command(step, command, message, "take what is live, or `HEAD^` of main")


def _is_of_main_alone(workflow: Workflow, main: str) -> bool:
    """Whether each run is of a push to main, whose newest commit is then the one that is checked out."""
    branches = mapping(workflow.triggers.get("push")).get("branches")
    return {*workflow.triggers} - {"workflow_dispatch"} == {"push"} and names(branches) == [main]


def _baselines_of_main(job: Job, main: str) -> Iterator[Finding]:
    if any(command.starts("git", "commit") or command.starts("git", "push") for command in job.commands):
        return  # main then has the figures of the run before
    ours = (f"origin/{main}", main)
    for step in job.steps:
        for command in step.commands:
            diffs = "dvc" in command.words[:5] and "diff" in command.words
            shows = command.starts("git", "show") and any(":" in word for word in command.words)
            named = {word.partition(":")[0] for word in command.words}
            if (diffs or shows) and named & {*ours}:
                message = f"in a run of a push to `{main}` this is the commit itself, and no difference is found, ever"
                yield at_command(step, command, message, "compare with `HEAD~1`, or with what is live")


def _bare(path: str) -> str:
    return path.removeprefix("./")


def _common_side(command: Command, workflow: Workflow, job: Job, step: Step) -> str:
    known = [mapping(each.get("env")) for each in (workflow.data, job.data, step.data)]
    values = {name: text(value) for each in known for name, value in each.items()}
    if command.words[:1] in (("diff",), ("cmp",)) or command.words[:2] == ("git", "diff"):
        sides = [word for word in command.words[1:] if not word.startswith("-")]
        return sides[-1] if len(sides) == 2 and sides[0] == sides[1] else ""
    if not (judges(command) or watches(command) or evaluates(command)) or command.verb:
        return ""
    options = _option_values(command.words, values)
    for old, value in options.items():
        for new, other in options.items():
            if old != new and value == other and _OLD.search(old) and _NEW.search(new) and not _OLD.fullmatch(new):
                return value
    rest = [word for word in command.words if "/" in word and not word.startswith("-")]
    return next((a for a, b in pairwise(rest) if a == b and _beside(command.words, a)), "")


def _beside(words: tuple[str, ...], word: str) -> bool:
    place = words.index(word)
    return words[place : place + 2] == (word, word)


def _option_values(words: tuple[str, ...], values: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, following in zip(words, (*words[1:], ""), strict=True):
        name, given, value = word.partition("=")
        value = value if given else following
        if name.startswith("--") and value and not value.startswith("-") and re.search(r"[A-Za-z]", value):
            found[name[2:].lower()] = re.sub(r"\$\{?(\w+)\}?", lambda at: values.get(at[1], at[0]), value)
    return found


def _self_made_digests(job: Job) -> Iterator[Finding]:
    made: set[str] = set()
    for step in job.steps:
        lines = [line for line in step.run.splitlines() if not re.search(r"--check|\s-c\b", line)]
        made |= {found for line in lines for found in _DIGEST.findall(line)}
        for command in step.commands:
            proved = next((each for each in made if each in step.run and _is_checked_sum(each, step, command)), "")
            if (
                checks_digest(command)
                and proved
                and not re.search(r"needs\.|inputs\.", text(str(step.data.get("env"))))
            ):
                message = f"the digest is made of `{proved}` itself, so every file passes"
                yield at_command(step, command, message, "take the digest that the job which made it has said")


def _is_checked_sum(file: str, step: Step, command: Command) -> bool:
    lines = [line for line in step.run.splitlines() if re.search(r"sum\s.*(--check|-c\b)", line)]
    return any(file in line for line in lines) or any(word.startswith(file) for word in command.words)
