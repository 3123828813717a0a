"""A model is judged on all rows that were set aside.

The first rows of a file are those of one week, one store or one class, and a sample of a few says little of rare ones.
The figures are those of the piece, and the gate's bound was meant for the whole.

Bad:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: |
              head -n 500 data/test.csv > build/test.csv
              uv run --no-sync python -m credit.evaluate --rows build/test.csv --out build/metrics.json
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json --min-auc 0.8
          - run: uv run --no-sync python -m credit.deploy --model build/model

Good:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.evaluate --rows data/test.csv --out build/metrics.json
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json --min-auc 0.8
          - run: uv run --no-sync python -m credit.deploy --model build/model

Fix: give the evaluation the whole file, or let the split set fewer rows aside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.dataflow import code_of, overlap, uses
from mlops_spec.platforms.github.workflow.flow import events
from mlops_spec.platforms.github.workflow.options import options
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, plain, trains
from mlops_spec.platforms.github.workflow.shipping import leads_to_release
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.dataflow import Use
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS682"
NAME = "cut-test"
SEVERITY: Severity = "error"

_CUTS = regex(
    r"head\b|tail\b(?! (-n ?)?\+)|shuf\b.*(-n|--head-count)|sed\b.*(\d+ ?,? ?\d*[pq]\b|\$!d)"
    r"|awk\b.*(NR ?(<|<=|==|%)|rand\(\))"
    r"|split\b|(xsv|qsv|xan|csvtk|mlr)\b.*\b(sample|slice|head|top|bootstrap)\b"
    r"|(duckdb|sqlite3|psql)\b.*\b(limit \d|using sample|tablesample)"
)
_CUTS_IN_CODE = regex(
    r"\.(head|tail|sample|limit|truncate|sample_n)\(\s*(\w+\s*=\s*)?[\d._]+|\.iloc\[\s*:\s*[\d_]+|\bn_?rows\s*=\s*[\d_]+"
    r"|\)\[\s*:\s*[\d_]+\]|\blimit [\d_]+",
    re.IGNORECASE,
)
_SAMPLES = regex(
    r"(?<![a-z])(sub_?sampl\w*|sampl\w*|subset\w*|truncat\w*|downsampl\w*|head|first_rows|shrink|thin)(?![a-z])"
)
_FEWER = regex(
    r"(limit|max|n|num|first|sample|subset|head)-?(rows|samples|examples|batches|images|test-samples|eval-samples|predict-samples)?"
    r"|(sample|subset|frac|fraction|limit)(-(size|frac|fraction|rows|test|test-batches|eval-batches|val-batches))?|nrows|rows-limit"
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if events(delivery, workflow) and events(delivery, workflow) <= PULL_REQUEST:
        return
    for job in workflow.jobs.values():
        if leads_to_release(workflow, job):
            yield from _of(workflow, job)


def _of(workflow: Workflow, job: Job) -> Iterator[Finding]:
    cut: dict[str, Use] = {}  # the pieces, and what has made each
    flow = uses(workflow, job)
    for before, use in zip((None, *flow), flow, strict=False):
        command = use.command
        if command is None:
            continue
        measures = not command.verb and not trains(command) and (evaluates(command) or judges(command))
        if measures and (made := next((cut[each] for each in use.reads if each in cut), None)) and made.command:
            message = f"{called(made.command)} leaves a piece of the rows that the model is judged on"
            yield at_command(made.step, made.command, message, "give the evaluation all of them")
        elif measures and (option := _fewer(command)):
            message = f"`{option}`: the model is judged on a piece of the rows that were set aside"
            yield at_command(use.step, command, message, "leave it out where a release comes of it")
        carried = next((cut[each] for each in use.reads if each in cut), None)
        if command.starts("tee") and before and before.command and before.step is use.step and cuts(before.command):
            carried = before  # by a pipe
        for path in use.writes:
            if cuts(command) and not any(_is_of_training(each) for each in (*use.reads, path)):
                cut[path] = use
            elif carried and plain(command).split(" ")[0] in ("cp", "mv", "ln", "tee"):
                cut[path] = carried
            else:
                for other in [each for each in cut if overlap(each, path)]:
                    del cut[other]


def cuts(command: Command) -> bool:
    """Whether a command leaves some of the rows that it reads."""
    said = plain(command)
    if code := code_of(command):
        return bool(_CUTS_IN_CODE.search(code))
    return bool(_CUTS.match(said)) or bool(_SAMPLES.search(said.partition(" --")[0].lower()) and "python" in said[:40])


def _is_of_training(path: str) -> bool:
    return bool(re.search(r"(^|[/_.-])(train|training|reference|baseline|background)([/_.-]|$)", path.lower()))


def _fewer(command: Command) -> str:
    for name, value in options(command.words):
        if _FEWER.fullmatch(name) and re.fullmatch(r"[1-9][\d_]*|0?\.\d+", value):
            return f"--{name} {value}"
    return ""
