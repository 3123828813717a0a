"""What is judged is what was made, and what is released is what was judged.

A gate that reads another file or folder than the one which the training writes looks at an older model: it is green
whatever the new one is like, and the new one is released.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model
          - run: uv run --no-sync python -m credit.evaluate --model models/credit --rows build/data/test.parquet

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model
          - run: uv run --no-sync python -m credit.evaluate --model build/model --rows build/data/test.parquet

Fix: write one path in both places.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.options import options, spelled_out
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, judging, releases, trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS582"
NAME = "other-folder"
SEVERITY: Severity = "error"

_WRITES = regex(r"(model-?)?(out|output|outdir|out-?dir|output-?dir|save|save-to|dest|path)|model-dir|model-file")
_MODEL = regex(r"(candidate-?)?(model|package|bundle|artifact|candidate|dist)(-?(dir|path|file|uri))?")
_FIGURES = regex(r"(metrics|scores|report|results|evaluation|candidate)(-?(file|path|json))?")
_LITERAL = regex(
    r"(?!.*(\$|\*|://|:/|\{))[\w.-]*/[\w./-]+|(?!.*(\$|\*))[\w-]+\.(json|ya?ml|tar|gz|zip|pkl|joblib|onnx|csv)"
)
_UPLOADS = regex(r"model|bundle|package|candidate|challenger")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        yield from _of(workflow, job)


def _of(workflow: Workflow, job: Job) -> Iterator[Finding]:
    made: list[str] = []  # models that the job trains, or has loaded
    figures: list[str] = []
    seen: list[str] = []  # all that a command has named
    loaded = False
    for step in job.steps:
        if step.uses_action("actions/download-artifact"):
            made.append(text(step.inputs.get("path")) or ".")
            loaded = True
        elif step.uses_action("actions/upload-artifact"):
            yield from _foreign_upload(step, made, seen)
        for command in step.commands:
            given = [(name, spelled_out(workflow, job, step, value)) for name, value in options(command.words)]
            trained = trains(command)
            if not trained and made and (other := _foreign_model(command, given, made, seen)):
                there = "what was loaded" if loaded else "the new one"
                message = f"this takes the model of `{other}`, and {there} lies in `{made[0]}`"
                yield at_command(step, command, message, f"write `{made[0]}`")
            if (
                figures
                and (judges(command) or judging(step))
                and (other := _other_figures(command, given, figures, seen))
            ):
                message = f"this reads `{other}`, and the evaluation has written `{figures[0]}`"
                yield at_command(step, command, message, f"write `{figures[0]}`")
            writes = [value for name, value in given if _WRITES.fullmatch(name) and _LITERAL.fullmatch(value)]
            made += writes if trained else []
            figures += [value for value in writes if value.endswith(".json")] if evaluates(command) else []
            seen += [spelled_out(workflow, job, step, word) for word in command.words]
            seen += re.findall(r">\s*\"?([\w./-]+)", step.run)


def _foreign_model(command: Command, given: list[tuple[str, str]], made: list[str], seen: list[str]) -> str:
    if (
        command.verb
        or not any(role(command) for role in (judges, evaluates, releases))
        or _copies_from_registry(command)
    ):
        return ""
    models = [value for name, value in given if _MODEL.fullmatch(name) and _LITERAL.fullmatch(value)]
    return next((model for model in models if not any(_overlap(model, one) for one in (*made, *seen))), "")


def _copies_from_registry(command: Command) -> bool:
    return bool({"--version", "--champion"} & {*command.words}) and "--candidate" not in command.words


def _other_figures(command: Command, given: list[tuple[str, str]], figures: list[str], seen: list[str]) -> str:
    read = [value for name, value in given if _FIGURES.fullmatch(name)]
    if command.words[:1] == ("jq",):
        read = [word for word in command.words[1:] if word.endswith(".json")]
    read = [each for each in read if _LITERAL.fullmatch(each)]
    return next((each for each in read if not any(_overlap(each, one) for one in (*figures, *seen))), "")


def _foreign_upload(step: Step, made: list[str], seen: list[str]) -> Iterator[Finding]:
    paths = [line.strip() for line in text(step.inputs.get("path")).splitlines()]
    path = paths[0] if len(paths) == 1 else ""
    named = _UPLOADS.search(f"{text(step.inputs.get('name'))} {path}")
    if named and made and _LITERAL.fullmatch(path) and not any(_overlap(path, one) for one in (*made, *seen)):
        message = f"this hands on `{path}`, and the new model lies in `{made[0]}`"
        yield Finding((*step.address, "with", "path"), message, f"write `{made[0]}`")


def _overlap(one: str, other: str) -> bool:
    first, second = (
        PurePosixPath(one.strip("\"'").removeprefix("./")).parts,
        PurePosixPath(other.strip("\"'").removeprefix("./")).parts,
    )
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]
