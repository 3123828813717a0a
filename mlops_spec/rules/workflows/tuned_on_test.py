"""Nobody learns from the rows that the model is judged on.

A threshold, a setting or a model that was chosen on the test rows fits them: the gate then measures how well it was
chosen, and live the figure is not reached.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.tune --rows build/data/test.parquet --trials 200 --out params.json
          - run: uv run --no-sync python -m credit.train --params params.json --out build/model

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.tune --rows build/data/valid.parquet --trials 200 --out params.json
          - run: uv run --no-sync python -m credit.train --params params.json --out build/model

Fix: tune, choose and calibrate on rows cut from the training rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.choices import in_program as choices
from mlops_spec.platforms.github.workflow.choices import in_sweep
from mlops_spec.platforms.github.workflow.companions import is_settings
from mlops_spec.platforms.github.workflow.learning import learned_test_rows
from mlops_spec.platforms.github.workflow.options import options, spelled_out
from mlops_spec.platforms.github.workflow.roles import trains, tunes
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS580"
NAME = "tuned-on-test"
SEVERITY: Severity = "error"

_TEST = regex(r"(^|[/_.-])(test|holdout|hold-out|oot)([/_.-]|\d|$)")
_LEARNS = regex(
    r"(train|fit|tune|tuning|val|valid|validation|dev|calibrat\w*|extra|early-stopping|select)?-?"
    r"(rows|data|dataset|input|inputs|set|split|on|file|path|with|x|y)?s?"
)
_FILE = regex(r"\.(parquet|csv|jsonl?|npz|arrow|feather|tsv|pkl)$")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    told: set[Program] = set()
    for job, step, command in workflow.commands():
        if command.program and command.program not in told:
            told.add(command.program)
            yield from _in(command.program)
        if trains(command) or tunes(command):
            words = tuple(spelled_out(workflow, job, step, word) for word in command.words)
            if rows := _test_rows(words, command):
                message = f"this learns from `{rows}`, on which the model is judged"
                yield at_command(step, command, message, "take rows that are cut from the training rows")
    for path, document in delivery.sources.items():
        for metric, _, place in in_sweep(document) if is_settings(path) else ():
            if _of_test(metric):
                yield Finding(place, f"this chooses by `{metric}`, {_MEASURED}", _OTHER_ROWS, document=document)


def _in(program: Program) -> Iterator[Finding]:
    for choice in choices(program):
        if _of_test(choice.metric):
            message = f"this chooses by `{choice.metric}`, {_MEASURED}"
            yield in_program(program, choice.node, message, _OTHER_ROWS)
    for node, rows in learned_test_rows(program):
        yield in_program(program, node, f"this learns from `{rows}`, {_MEASURED}", _OTHER_ROWS)


def _of_test(metric: str) -> bool:
    name = metric.lower().replace(":", "_")
    return bool(_TEST.search(name)) and not re.search(r"mean_test|split\d+_test|std_test|rank_test", name)


_MEASURED = "on which the model is judged"
_OTHER_ROWS = "take rows that are cut from the training rows"


def _test_rows(words: tuple[str, ...], command: Command) -> str:
    if command.verb:
        return ""
    for name, value in options(words):
        if value and _LEARNS.fullmatch(name) and _TEST.search(value.lower()):
            return value
    learned = False
    for word in words:  # `--rows train.parquet test.parquet`
        if word.startswith("-"):
            learned = bool(_LEARNS.fullmatch(word.lstrip("-").replace("_", "-"))) and word.startswith("--")
        elif learned and _FILE.search(word) and _TEST.search(word.lower()):
            return word
    return ""
