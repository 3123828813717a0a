"""A gate asks where the training has written.

A run that is logged offline, or by another address, project or experiment, is not on the server that the gate asks:
the newest run there is one of the day before, and that is what is judged.

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

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.options import held
from mlops_spec.platforms.github.workflow.roles import trains
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

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
    "WANDB": regex(r"wandb\.Api\(|\bwandb (artifact get|pull)\b|use_artifact\("),
    "MLFLOW": regex(r"search_runs\(|\.get_run\(|MlflowClient\(|get_latest_versions\(|mlflow (runs|artifacts|models)\b"),
    "NEPTUNE": regex(r"fetch_runs_table\(|with_id="),
    "COMET": regex(r"comet_ml\.API\(|\bAPI\(\)\.get"),
    "CLEARML": regex(r"Task\.(get_tasks?|query_tasks)\("),
}
_SENT = regex(r"wandb sync|neptune sync|comet upload|mlflow-export|import-run|clearml-task|wandb online")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if not any(_SENT.search(step.run) for step in job.steps):
            yield from _of(workflow, job)


def _of(workflow: Workflow, job: Job) -> Iterator[Finding]:
    trained: tuple[Step, Command] | None = None
    for step in job.steps:
        for library, asks in _ASKS.items():
            asked = trained and trained[0] is not step and asks.search(_text(step))
            if asked and trained and (found := _elsewhere(workflow, job, trained, step, library)):
                yield found
        trained = next(((step, each) for each in step.commands if trains(each)), trained)


def _elsewhere(
    workflow: Workflow, job: Job, trained: tuple[Step, Command], asking: Step, library: str
) -> Finding | None:
    step, command = trained
    for name, silent in _OFFLINE.items():
        value = _setting(workflow, job, step, name)
        other = (
            library != "MLFLOW" or _setting(workflow, job, asking, name) != value
        )  # which reads by what it writes by
        if name.startswith(library) and silent.fullmatch(value) and other:
            return _said(step, name, command, f"by `{name}: {value}` the run stays here, and the gate asks the server")
    for name in _PLACES:
        here, there = (_setting(workflow, job, each, name) for each in (step, asking))
        if name.startswith(library) and here and there and here != there:
            return _said(step, name, command, f"the run is written to `{here}`, and the gate asks `{there}`")
    return _offline_by_command(workflow, job, step, command, library)


def _offline_by_command(workflow: Workflow, job: Job, step: Step, command: Command, library: str) -> Finding | None:
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
