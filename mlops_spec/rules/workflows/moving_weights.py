"""Weights and rows of a hub are named by their commit.

Without a revision a name is whatever its owner has put there last. The same commit then trains or serves another model,
embeddings no longer fit their index, and what was judged can't be built again.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python scripts/train.py
    # scripts/train.py
    from transformers import AutoModel
    model = AutoModel.from_pretrained("acme/encoder")

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python scripts/train.py
    # scripts/train.py
    from transformers import AutoModel
    model = AutoModel.from_pretrained("acme/encoder", revision="5b2a7a9c1d0e4f3b8a6c7d9e0f1a2b3c4d5e6f70")

Fix: give the commit as `revision`, also of `snapshot_download`, `load_dataset` and `hf download`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.command import commands
from mlops_spec.platforms.github.workflow.expansion import parsed_program, program
from mlops_spec.platforms.github.workflow.images import builds, image_commands
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, releases, trains
from mlops_spec.regex import regex
from mlops_spec.rules.hub import ON_HUB, taken
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.images import Built
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow
    from mlops_spec.platforms.github.workflow.program import Program
    from mlops_spec.rules.hub import Taken

CODE = "MS655"
NAME = "moving-weights"
SEVERITY: Severity = "error"

_ADDRESS = regex(r"https?://huggingface\.co/\S+/resolve/main/\S+|https?://huggingface\.co/[\w.-]+/[\w.-]+(?:\.git)?$")
_MAY_TAKE = regex(r"\.py\b|-m |huggingface|\bhf\b|transformers")
_HINT = "name its commit by `revision`"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        counts = _handles_models(job)
        for step in job.steps:
            for command in step.commands if counts else ():
                if command.program:
                    yield from _in(command.program)
                elif name := _downloaded_inline(command):
                    yield at_command(step, command, _message(name), _HINT)
            for built in image_commands(step, delivery):
                yield from _in_image(built, delivery)


def _handles_models(job: Job) -> bool:
    roles = (trains, evaluates, judges, releases)
    return any(builds(step) for step in job.steps) or any(role(each) for each in job.commands for role in roles)


def _in_image(built: Built, delivery: Delivery) -> Iterator[Finding]:
    for command in commands(built.script) if _MAY_TAKE.search(built.script) else ():
        started = program(_as_in_repository(command.words, delivery), delivery.sources)
        if started:
            yield from _in(started)
        elif name := _downloaded_inline(command) or _fetched(command.words):
            yield Finding((), _message(name), _HINT, document=built.document, span=built.span)


def _as_in_repository(words: Sequence[str], delivery: Delivery) -> tuple[str, ...]:
    """A command of an image with the path that its file has in the repository, where only one is called so."""
    found = []
    for word in words:
        ending = f"/{word.removeprefix('./')}"
        ends = [path for path in delivery.sources if f"/{path}".endswith(ending)] if word.endswith(".py") else []
        found.append(ends[0] if len(ends) == 1 else word)
    return tuple(found)


def _fetched(words: Sequence[str]) -> str:
    if {"huggingface-cli", "hf"} & {*words} and "download" in words and "--revision" not in words:
        return next((word for word in words if ON_HUB.fullmatch(word)), "")
    if words[:1] in (("curl",), ("wget",), ("git",)):
        return next((word for word in words if _ADDRESS.match(word)), "")
    return ""


def _downloaded_inline(command: Command) -> str:
    if "-c" not in command.words or "python" not in " ".join(command.words[:4]):
        return ""
    code = next((word for flag, word in zip(command.words, command.words[1:], strict=False) if flag == "-c"), "")
    inline = parsed_program("", code)
    return next((each.name for each in _moving(inline)), "") if inline else ""


def _in(program: Program) -> Iterator[Finding]:
    for each in _moving(program):
        yield in_program(program, each.node, _message(each.name), _HINT)


def _message(name: str) -> str:
    return f"`{name}` is whatever its owner has put there last"


def _moving(program: Program) -> Iterator[Taken]:
    """What nothing settles; of remote code another rule says more."""
    return (each for each in taken(program) if not each.settled and not each.runs_code)
