"""What trains a model does not make it the one that is live.

An alias moved, a stage set or files uploaded at the end of training are a release that no gate has seen: what comes
behind it judges a model that already answers.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python train.py
          - run: uv run --no-sync python -m credit.gate
    # train.py
    import mlflow
    client = mlflow.MlflowClient()
    client.set_registered_model_alias("credit", "production", version)

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python train.py
          - run: uv run --no-sync python -m credit.gate
    # train.py
    import mlflow
    client = mlflow.MlflowClient()
    client.set_registered_model_alias("credit", "candidate", version)

Fix: name it `candidate` there, and release it in a step behind the gate.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.release import puts_live
from mlops_spec.platforms.github.workflow.roles import judges, releases, trains
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS652"
NAME = "premature-release"
SEVERITY: Severity = "error"

_NAMES_LIVE = regex(
    r"(^|\.)(set_registered_model_alias|transition_model_version_stage|link_artifact|copy_model_version)$"
)
_LIVE = regex(r"^(prod|production|live|champion|serving)$", re.IGNORECASE)
_RELEASES = regex(
    r"(^|\.)(push_to_hub|create_endpoint|update_endpoint|update_endpoint_weights_and_capacities|begin_create_or_update)$"
    r"|HfApi\(\)\.(upload_folder|upload_file|upload_large_folder)$|^huggingface_hub\.(upload_folder|upload_file)$"
)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step, command in _released_before_gate(job):
            message = "this is live before the gate behind it has judged it, and stays so where that fails"
            yield at_command(step, command, message, _HINT)
    told: set[ast.Call] = set()
    for _, _, command in workflow.commands():
        program = command.program
        if program is None or not trains(command) or judges(command) or releases(command):
            continue
        for call in _releasing_calls(program):
            if call not in told:
                told.add(call)
                yield in_program(program, call, "this releases what was just trained, and nothing has judged it", _HINT)


def _released_before_gate(job: Job) -> Iterator[tuple[Step, Command]]:
    """Commands that put a new model live although the gate of the same job is behind them."""
    trained = False
    waiting: list[tuple[Step, Command]] = []
    for step in job.steps:
        for command in step.commands:
            if trains(command) and not command.verb:
                trained, waiting = True, []
            elif judges(command):
                yield from waiting
                return
            elif trained and releases(command) and _is_live(command):
                waiting.append((step, command))


def _is_live(command: Command) -> bool:
    named = [re.split(r"[=@:]", word)[-1] for word in command.words]
    return not command.verb and (puts_live(command.words) or any(map(_LIVE.match, named)))


_HINT = "release it in a step behind the gate"


def _releasing_calls(program: Program) -> Iterator[ast.Call]:
    asked = {
        id(inner)
        for node in program.nodes
        if isinstance(node, ast.If) and _is_decision(node.test)
        for each in node.body + node.orelse
        for inner in ast.walk(each)
    }
    if program.decides:
        return
    for call, name in program.calls:
        given = [node for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        live = _NAMES_LIVE.search(name) and any(_LIVE.match(str(each.value)) for each in given)
        if (live or _RELEASES.search(program.made_by(name))) and id(call) not in asked:
            yield call


def _is_decision(test: ast.expr) -> bool:
    said = ast.unparse(test)
    return "__name__" not in said
