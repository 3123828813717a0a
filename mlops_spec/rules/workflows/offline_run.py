"""A gate asks where the training has written.

A run that is logged offline, or by another address, project or experiment, is not on the server that the gate asks:
the newest run there is one of the day before, and that is what is judged, or the newest version of the model.

Bad:

    jobs:
      train:
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model
            env: {WANDB_MODE: offline}
          - name: Gate
            run: uv run --no-sync python gate.py
      # gate.py reads what the server says
    # gate.py
    import sys, wandb
    run = wandb.Api().runs("acme/credit", order="-created_at")[0]
    if run.summary["roc_auc"] < 0.8:
        sys.exit("too low")

Good:

    jobs:
      train:
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model
            env: {WANDB_MODE: online}
          - name: Gate
            run: uv run --no-sync python gate.py
      # gate.py reads what the server says
    # gate.py
    import sys, wandb
    run = wandb.Api().runs("acme/credit", order="-created_at")[0]
    if run.summary["roc_auc"] < 0.8:
        sys.exit("too low")

Fix: log to the server that is asked, `wandb sync` the run before, or hand the figures on as a file.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.options import held
from mlops_spec.platforms.github.workflow.program import keywords
from mlops_spec.platforms.github.workflow.roles import trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS688"
NAME = "offline-run"
SEVERITY: Severity = "error"

_OFFLINE = {
    "WANDB_MODE": regex(r"offline|disabled|dryrun"),
    "WANDB_DISABLED": regex(r"true|1|yes", re.IGNORECASE),
    "MLFLOW_TRACKING_URI": regex(r"(file:|sqlite:|\.{0,2}/|mlruns)\S*"),
    "NEPTUNE_MODE": regex(r"offline|debug|read-only"),
    "COMET_OFFLINE_DIRECTORY": regex(r".+"),
    "CLEARML_OFFLINE_MODE": regex(r"1|true", re.IGNORECASE),
}
#: Where a run is written to: what differs between two steps is another place.
_PLACES = ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "WANDB_PROJECT", "WANDB_ENTITY", "NEPTUNE_PROJECT")
_ASKS = {
    "WANDB": regex(r"wandb\.Api\(|\bwandb (artifact get|pull)\b|use_artifact\(|wandb-registry-"),
    "MLFLOW": regex(r"search_runs\(|\.get_run\(|MlflowClient\(|get_latest_versions\(|mlflow (runs|artifacts|models)\b"),
    "NEPTUNE": regex(r"fetch_runs_table\(|with_id="),
    "COMET": regex(r"comet_ml\.API\(|\bAPI\(\)\.get"),
    "CLEARML": regex(r"Task\.(get_tasks?|query_tasks)\("),
}
#: Where an offline run lies, so that an artifact may carry it to the job that asks.
_CARRIED = regex(r"wandb|mlruns|mlflow|neptune|comet|^\.$", re.MULTILINE)
_SENT = regex(r"wandb sync|neptune sync|comet upload|mlflow-export|import-run|clearml-task|wandb online")


class Asked(NamedTuple):
    """A step that asks a server, and its job."""

    job: Job
    step: Step


class Trained(NamedTuple):
    """A command that trains, where it stands."""

    job: Job
    step: Step
    command: Command


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    told: set[Step] = set()
    for job in workflow.jobs.values():
        earlier = [each for other, each in jobs_before(delivery, workflow, job) if other is workflow]
        if not any(_SENT.search(_text(step)) for each in (job, *earlier) for step in each.steps):
            for step, found in _of(workflow, job, earlier):
                if step not in told:
                    told.add(step)
                    yield found


def _of(workflow: Workflow, job: Job, earlier: Sequence[Job]) -> Iterator[tuple[Step, Finding]]:
    before = [
        Trained(each, step, command)
        for each in earlier
        if not any(_CARRIED.search(text(step.inputs.get("path"))) for step in each.steps)
        for step in each.steps
        for command in step.commands
    ]
    trained = next((each for each in reversed(before) if trains(each.command)), None)
    for step in job.steps:
        for library, asks in _ASKS.items():
            asked = trained and trained.step is not step and asks.search(_text(step))
            if asked and trained and (found := _elsewhere(workflow, trained, Asked(job, step), library)):
                yield trained.step, found
        trained = next((Trained(job, step, each) for each in step.commands if trains(each)), trained)


def _elsewhere(workflow: Workflow, trained: Trained, asked: Asked, library: str) -> Finding | None:
    job, step, command = trained
    for name, silent in _OFFLINE.items():
        value = _setting(workflow, job, step, name)
        other = library != "MLFLOW" or _setting(workflow, *asked, name) != value  # which reads by what it writes by
        if name.startswith(library) and silent.fullmatch(value) and other:
            return _said(step, name, command, f"by `{name}: {value}` the run stays here, and the gate asks the server")
    for name in _PLACES:
        here, there = (_setting(workflow, *each, name) for each in (Asked(job, step), asked))
        told = "${{ env." not in f"{here}{there}"  # which may be the other by another name
        if name.startswith(library) and here and there and here != there and told:
            return _said(step, name, command, f"the run is written to `{here}`, and the gate asks `{there}`")
    if library == "WANDB" and command.program and (call := _offline_in_code(command.program)):
        return in_program(
            command.program, call, "by this the run stays here, and the gate asks the server", "leave it out"
        )
    return _offline_by_command(workflow, trained, library)


def _offline_in_code(program: Program) -> ast.expr | None:
    for call, name in program.calls:
        mode = keywords(call).get("mode")
        if name == "wandb.init" and isinstance(mode, ast.Constant) and mode.value in ("offline", "disabled"):
            return mode
    return None


def _offline_by_command(workflow: Workflow, trained: Trained, library: str) -> Finding | None:
    job, step, command = trained
    told = [
        each for each in job.steps[: job.steps.index(step) + 1] if re.search(r"\bwandb (offline|disabled)\b", each.run)
    ]
    mode = _setting(workflow, job, step, "WANDB_MODE")
    if library != "WANDB" or not told or mode:
        return None
    return at_command(step, command, "`wandb offline` keeps the run here, and the gate asks the server", "leave it out")


def _setting(workflow: Workflow, job: Job, step: Step, name: str) -> str:
    """What a step's scripts set a variable to, or `env` does."""
    before = job.steps[: job.steps.index(step) + 1]
    told = [
        found[1].strip("\"'")
        for each in before
        for found in re.finditer(rf"\b{name}=(\"[^\"\n]*\"|'[^'\n]*'|[^\s;&|]*)", each.run)
        if each is step or "GITHUB_ENV" in each.run
    ]
    return told[-1] if told else held(workflow, job, step, name) or ""


def _said(step: Step, name: str, command: Command, message: str) -> Finding:
    hint = "log to the server that is asked"
    if isinstance(step.data.get("env"), dict) and name in step.data["env"]:
        return Finding((*step.address, "env", name), message, hint)
    return at_command(step, command, message, hint)


def _text(step: Step) -> str:
    programs = [command.program.python.document.text for command in step.commands if command.program]
    return "\n".join([step.run, *programs])
