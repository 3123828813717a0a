"""What drift is measured against stays where it is.

A reference that each quiet day writes over with what was just looked at follows the data: every day is compared with
the day before, and a slow change, a little each day, is never seen.

Bad:

    on: {schedule: [{cron: "12 6 * * *"}]}
    jobs:
      drift:
        steps:
          - run: uv run --no-sync python -m credit.drift --reference reference.parquet --current logs.parquet
          - run: cp logs.parquet reference.parquet

Good:

    on: {schedule: [{cron: "12 6 * * *"}]}
    jobs:
      drift:
        steps:
          - run: uv run --no-sync python -m credit.drift --reference reference.parquet --current logs.parquet
          - run: cp logs.parquet history.parquet

Fix: keep the rows that the live model was trained on, and replace them when another model goes live.
"""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.dataflow import copies, uses
from mlops_spec.platforms.github.workflow.options import options
from mlops_spec.platforms.github.workflow.program import keywords, names_in
from mlops_spec.platforms.github.workflow.roles import releases, trains, watches
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS698"
NAME = "following-reference"
SEVERITY: Severity = "error"

_MESSAGE = "`{}` becomes what it was just compared with, so a slow change is never seen"
_HINT = "keep the rows that the live model was trained on"
_REFERENCE = regex(r"(ref|reference|baseline|expected)(_?(data|rows|df|set|path|file|profile|dataset|stats))?")
_MEASURES = regex(
    r"(evidently|nannyml|alibi_detect|whylogs|deepchecks|frouros|scipy\.stats\.(ks_2samp|chi2_contingency|wasserstein))"
)
_OF_DRIFT = regex(r"drift|psi|population_stability|ks_2samp")
_READS = regex(r"(^|\.)(read_\w+|load\w*|open)$")
_WRITES = regex(r"(^|\.)(to_(parquet|csv|json|pickle|feather)|write_\w+|save\w*|dump|sink_\w+)$")
_COPIES = regex(r"(^|\.)(copy\w*|move|replace|rename|upload_file)$")


def check(workflow: Workflow) -> Iterator[Finding]:
    told: set[Program] = set()
    for job in workflow.jobs.values():
        if any(trains(command) or releases(command) for command in job.commands):
            continue  # with another model goes another reference
        yield from _copied_over(workflow, job)
        for command in job.commands:
            program = command.program
            if program and program not in told and (watches(command) or _is_of_drift(program)):
                told.add(program)
                for node, path in _written_over(program):
                    yield in_program(program, node, _MESSAGE.format(path), _HINT)


def _copied_over(workflow: Workflow, job: Job) -> Iterator[Finding]:
    """Where a job copies something over the reference that a watch of it has read before, also where it lies stored."""
    known: set[str] = set()
    origins: dict[str, str] = {}  # of each file that was copied here, the address that it has come from
    for use in uses(workflow, job):
        if use.command is None:
            continue
        if watches(use.command) and not copies(use.command):
            named = [
                value for name, value in options(use.command.words) if _REFERENCE.fullmatch(name.replace("-", "_"))
            ]
            known |= {*named, *(path for path in use.reads if _REFERENCE.fullmatch(_stem(path)))}
            known |= {origins[path] for path in known if path in origins}
        elif not known:
            origins |= dict(zip(use.writes, use.reads, strict=False))
        elif over := next((path for path in use.writes if path in known), ""):
            yield at_command(use.step, use.command, _MESSAGE.format(over), _HINT)


def _stem(path: str) -> str:
    """How a file is called, as a name in a program would be."""
    return PurePosixPath(path).name.partition(".")[0].lower().replace("-", "_")


def _is_of_drift(program: Program) -> bool:
    names = [name.lower() for _, name in program.calls]
    return any(map(_MEASURES.match, program.imports.values())) or any(map(_OF_DRIFT.search, names))


def _written_over(program: Program) -> Iterator[tuple[ast.expr, str]]:
    references: set[str] = set()
    for node in program.nodes:
        if isinstance(node, ast.Assign) and any(map(_REFERENCE.fullmatch, map(str.lower, names_in(node.targets[0])))):
            references |= _paths(node.value, program)
    for call, name in program.calls:
        given = [each for each in (*call.args, *keywords(call).values()) if isinstance(each, ast.Constant)]
        opened = name == "open" and any(str(each.value)[:1] in ("w", "a") for each in given[1:])
        last = given[-1:] if _COPIES.search(name) else given if opened or _WRITES.search(name) else []
        for each in last:
            if each.value in references:
                yield call, str(each.value)


def _paths(value: ast.expr, program: Program) -> set[str]:
    """The texts that a value is read from, or that it is."""
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    return {
        str(argument.value)
        for call in ast.walk(value)
        if isinstance(call, ast.Call) and _READS.search(program.called(call.func))
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
