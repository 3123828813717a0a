"""A model is judged on rows that it has not seen.

Metrics of the rows that a model was trained on say how well it remembers. An overfitted model passes every gate that
reads them.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.evaluate --model build/model --rows build/data/train.parquet

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.evaluate --model build/model --rows build/data/test.parquet

Fix: evaluate on the test rows of the split.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import evaluates, judges, judging, trains
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS562"
NAME = "training-rows"
SEVERITY: Severity = "error"

_ROWS = regex(
    r"(?!train|reference|baseline|background|model|config)"
    r".*(rows|data|dataset|split|input|eval|test|holdout|set|on|file|x|y|metrics|scores|report|results)"
)
_TRAINING = regex(r"(^|[/_.-])(train|training)([/_.-]|\d|$)")
_OTHER = regex(r"test|valid|holdout|held|eval|dev|oot")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            gate = judging(step)
            for command in step.commands:
                rows = (
                    _training_rows(command) if _reads_rows(command) else _training_figures_read(command) if gate else ""
                )
                program = command.program if not rows and _reads_rows(command) else None
                if program and (node := _training_rows_read(program)):
                    message = f"this judges the model on `{node.value!s}`, which it was trained on"
                    yield in_program(program, node, message, "take the test rows")
                if rows:
                    message = f"this judges the model on `{rows}`, which it was trained on"
                    yield at_command(step, command, message, "take the test rows")


def _training_rows_read(program: Program) -> ast.Constant | None:
    files = [text for text in program.texts if str(text.value).endswith(_OF_ROWS)]
    others = any(_OTHER.search(str(file.value).lower()) for file in files)
    return next((file for file in files if _names_training(str(file.value)) and not others), None)


_OF_ROWS = (".parquet", ".csv", ".jsonl", ".npz", ".arrow", ".feather", ".pkl", ".npy")


def _reads_rows(command: Command) -> bool:
    return not command.verb and (evaluates(command) or judges(command)) and not trains(command)


def _training_rows(command: Command) -> str:
    words = command.words
    for place, word in enumerate(words):
        name, given, value = word.partition("=")
        value = value if given else (words[place + 1] if place + 1 < len(words) else "")
        if name.startswith("--") and _ROWS.fullmatch(name[2:].lower()) and _names_training(value):
            return value
    return next((each for each in words if _is_row_file(each, words) and _names_training(each)), "")


def _training_figures_read(command: Command) -> str:
    if command.words[:1] not in (("jq",), ("grep",), ("awk",), ("cat",)):
        return ""
    found = [
        re.search(r"\.?train(ing)?[._](?!.*(test|valid))\w+|(^|/)train\w*\.json", word) for word in command.words[1:]
    ]
    return next((each[0] for each in found if each), "")


def _is_row_file(word: str, words: tuple[str, ...]) -> bool:
    place = words.index(word)
    return word.endswith((".parquet", ".csv", ".jsonl", ".npz", ".arrow")) and not words[place - 1].startswith("-")


def _names_training(value: str) -> bool:
    return bool(_TRAINING.search(value.lower())) and not _OTHER.search(value.lower())
