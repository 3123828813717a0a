"""The better one goes out.

A smaller error is a better model. A comparison that asks for the larger number, written for accuracy and kept when the
metric became an error, lets the worse one out and stops every improvement.

Bad:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: |
              NEW=$(jq -r .mae build/metrics.json)
              LIVE=$(jq -r .mae build/live.json)
              if (( $(echo "$NEW < $LIVE" | bc -l) )); then exit 1; fi
          - run: uv run --no-sync python -m credit.deploy --model build/model

Good:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: |
              NEW=$(jq -r .mae build/metrics.json)
              LIVE=$(jq -r .mae build/live.json)
              if (( $(echo "$NEW > $LIVE" | bc -l) )); then exit 1; fi
          - run: uv run --no-sync python -m credit.deploy --model build/model

Fix: turn the comparison, and try the gate once with a model that is worse.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import Span
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.contests import in_python, in_shell, variables_set
from mlops_spec.platforms.github.workflow.dataflow import code_of
from mlops_spec.platforms.github.workflow.program import inline
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.contests import Contest
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS686"
NAME = "contrary-contest"
SEVERITY: Severity = "error"

_HINT = "turn the comparison"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            wrong = [each for each in in_shell(step.run) if each.worse_passes]
            if wrong:
                yield Finding(step.place, _message(wrong[0]), _HINT, piece=wrong[0].piece)
            for command in step.commands if not wrong else ():
                yield from _in_program(command)
                if told := next((each for each in _inline(command, step.run) if each.worse_passes), None):
                    yield at_command(step, command, _message(told), _HINT)


def _message(contest: Contest) -> str:
    return f"where the `{contest.metric}` of the new version is worse than that of the live one, it passes"


def _inline(command: Command, script: str) -> Iterator[Contest]:
    code = code_of(command)
    arguments = inline(command.words, code)[1]
    if ("<" in code or ">" in code) and (tree := _tree(code)):
        yield from in_python(tree, arguments, variables_set(script))


def _tree(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _in_program(command: Command) -> Iterator[Finding]:
    program = command.program
    if program is None or not program.compares:
        return
    for contest in in_python(program.python.tree):
        text = program.python.document.text
        if contest.worse_passes and (start := text.find(contest.piece)) >= 0:
            line, column = program.python.document.position(start)
            span = Span(line, column, line, column + len(contest.piece))
            yield Finding((), _message(contest), _HINT, document=program.python.document, span=span)
