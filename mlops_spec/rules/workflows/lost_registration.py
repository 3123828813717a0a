"""A model is registered where others find it.

Without `MLFLOW_TRACKING_URI` MLflow writes into a folder of the runner, which is thrown away with it, and the job is
green. What one step is told the others are not.

Bad:

    jobs:
      register:
        steps:
          - run: uv run --no-sync python scripts/compare.py
            env:
              MLFLOW_TRACKING_URI: ${{ vars.MLFLOW_TRACKING_URI }}
          - run: uv run --no-sync python scripts/register.py
    # scripts/register.py
    import mlflow
    mlflow.register_model("runs:/0a1b/model", "credit")

Good:

    jobs:
      register:
        env:
          MLFLOW_TRACKING_URI: ${{ vars.MLFLOW_TRACKING_URI }}
        steps:
          - run: uv run --no-sync python scripts/compare.py
          - run: uv run --no-sync python scripts/register.py
    # scripts/register.py
    import mlflow
    mlflow.register_model("runs:/0a1b/model", "credit")

Fix: set `MLFLOW_TRACKING_URI` for the whole job, or call `mlflow.set_tracking_uri`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.options import held
from mlops_spec.platforms.github.workflow.program import keywords
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS657"
NAME = "lost-registration"
SEVERITY: Severity = "error"

_VARIABLE = "MLFLOW_TRACKING_URI"
#: Whatever else may tell MLflow where its server is.
_TOLD = regex(
    r"MLFLOW_(TRACKING|REGISTRY)_URI|set_(tracking|registry)_uri|tracking[_-]uri|dotenv|dagshub|azureml|databricks|sagemaker|hydra|omegaconf"
)
_WRITES = regex(
    r"^mlflow\.(register_model|set_tag|log_metrics?|log_params?|\w+\.log_model)$|\.(create_model_version|set_registered_model_alias|transition_model_version_stage)$"
)
_REGISTERS = regex(
    r"\.(register_model|create_model_version|set_registered_model_alias|transition_model_version_stage)$"
)
#: Addresses that nobody else can reach, as soon as the runner is gone.
_LOCAL = regex(r"^(file:|sqlite:|\.{0,2}/|mlruns)|^https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)\b")
_HINT = f"set `{_VARIABLE}` for the whole job"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    served = any(_VARIABLE in each.document.text for each in delivery.workflows.values())
    if not served or "pull_request" in workflow.triggers:
        return
    for job in workflow.jobs.values():
        for step in () if _may_be_told_by_machine(job) else job.steps:
            for command in step.commands:
                if why := _why_lost(workflow, job, step, command):
                    yield at_command(step, command, why, _HINT)


def _why_lost(workflow: Workflow, job: Job, step: Step, command: Command) -> str:
    address = held(workflow, job, step, _VARIABLE)
    if _forgets_in_container(command, address):
        return f"the container does not get `{_VARIABLE}`, so what this writes is thrown away with it"
    program = command.program
    if program is None or not _writes(program) or _is_told(job, step, command, program):
        return ""
    if address is None and (_registers(program) or _VARIABLE in workflow.document.text):
        return "this step is not told where the server is, so what it writes is thrown away with the runner"
    if address and _LOCAL.match(address) and _registers(program) and "upload-artifact" not in workflow.document.text:
        return f"`{address}` is a place of the runner, and thrown away with it"
    return ""


def _may_be_told_by_machine(job: Job) -> bool:
    return "self-hosted" in str(job.data.get("runs-on")) or "container" in job.data


def _is_told(job: Job, step: Step, command: Command, program: Program) -> bool:
    """Whether anything but the step's variables says where the server is, or a module of the project might."""
    before = "\n".join(each.run for each in job.steps[: job.steps.index(step) + 1])
    exported = re.search(rf"(?:{_VARIABLE}=|{_VARIABLE} ?<<)", before)
    named = any(_TOLD.search(text(node.value)) for node in program.texts) or any(
        _TOLD.search(name) for name in (*program.imports.values(), *(name for _, name in program.calls))
    )
    return bool(exported) or named or not program.is_alone or bool(_TOLD.search(plain(command)))


def _writes(program: Program) -> bool:
    return any(_WRITES.search(name) or _registers_by_name(program) for _, name in program.calls)


def _registers(program: Program) -> bool:
    return any(_REGISTERS.search(name) for _, name in program.calls) or _registers_by_name(program)


def _registers_by_name(program: Program) -> bool:
    return any("registered_model_name" in keywords(call) for call, _ in program.calls)


def _forgets_in_container(command: Command, address: str | None) -> bool:
    if command.words[:2] not in (("docker", "run"), ("podman", "run")) or not address or _LOCAL.match(address):
        return False
    said = " ".join(command.words)
    return bool(re.search(r"\b(register|promote|mlflow)\b|_register|register_", said)) and not re.search(
        rf"{_VARIABLE}|--env-file", said
    )
