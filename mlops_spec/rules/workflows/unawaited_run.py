"""A job that starts a run elsewhere waits for its end.

Kubeflow, SageMaker, Vertex AI, Azure ML and Databricks take a run and return at once. The job is then green while the
model is still trained, or after that failed, and what comes behind it releases whatever is there.

Bad:

    jobs:
      retrain:
        steps:
          - run: aws sagemaker start-pipeline-execution --pipeline-name credit
          - run: uv run --no-sync python -m credit.gate

Good:

    jobs:
      retrain:
        steps:
          - run: |
              arn="$(aws sagemaker start-pipeline-execution --pipeline-name credit --output text)"
              uv run --no-sync python -m credit.wait_for "${arn}"
          - run: uv run --no-sync python -m credit.gate

Fix: wait, and fail where the run did: `wait_for_run_completion`, `--stream`, `wait`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.program import is_false, is_true, keywords
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, releases
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called, in_program

if TYPE_CHECKING:
    import ast
    import re
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS596"
NAME = "unawaited-run"
SEVERITY: Severity = "error"

#: Commands that return before what they start has ended, and what in them or behind them waits.
_COMMANDS = (
    (
        regex(
            r"aws (--?\S+ )*sagemaker (start-pipeline-execution|create-(training|processing|transform|auto-ml)-job)\b"
        ),
        regex(r"sagemaker (wait|describe)|sagemaker list-pipeline-execution-steps"),
    ),
    (
        regex(r"aws (--?\S+ )*(stepfunctions start-execution|batch submit-job|glue start-job-run)\b"),
        regex(r"describe|get-job-run"),
    ),
    (regex(r"az ml job create\b"), regex(r"--stream|job (stream|show)|--web")),
    (
        regex(r"gcloud (beta )?(ai custom-jobs create|ai hp-tuning-jobs create)\b"),
        regex(r"stream-logs|describe"),
    ),
    (regex(r"gcloud (beta )?ai-platform jobs submit\b"), regex(r"--stream-logs|stream-logs|describe")),
    (
        regex(r"databricks (jobs run-now|jobs submit|bundle run)\b.{0,400}--no-wait"),
        regex(r"get-run|runs get"),
    ),
    (regex(r"argo (-n \S+ )?submit\b"), regex(r"--wait|--watch|--log|argo (-n \S+ )?(wait|watch|logs)")),
    (regex(r"kfp (--\S+ \S+ )*run (submit|create)\b"), regex(r"--watch|run get")),
    (regex(r"ray job submit\b.{0,400}--no-wait"), regex(r"ray job (logs|status)")),
    (
        regex(r"kubectl (--?\S+ (\S+ )?)*(create job|apply -f \S*(job|train)\S*)"),
        regex(r"kubectl .{0,200}\b(wait|logs|get)\b"),
    ),
    (regex(r"gh workflow run\b"), regex(r"gh run (watch|view)")),
    (regex(r"airflow dags trigger\b|modal run .{0,200}(-d|--detach)\b"), regex(r"dags (list-runs|state)")),
)
_WAITS = regex(r"^(sleep|until|while|timeout|wait)\b|\bwait|poll|await")
#: Calls that return before what they start has ended.
_CALLS = regex(
    r"\.(create_run_from_pipeline_(package|func)|run_pipeline|start_pipeline_execution|create_(training|transform|processing)_job"
    r"|start_execution|submit_job|run_now|start_job_run|jobs\.create_or_update)$|PipelineJob\(\)\.submit$|Pipeline\(\)\.start$"
)
_ASKED = regex(
    r"wait|stream|result$|get_run|describe_|list_pipeline_execution_steps|get_waiter|run_now_and_wait|jobs\.get$|get_job_run|sleep|poll"
)
#: Calls that take what a run has made.
_TAKES = regex(
    r"\.(models\.create_or_update|create_model_package|create_model|create_endpoint|update_endpoint|register_model|deploy"
    r"|begin_create_or_update|download_file|upload_model|set_registered_model_alias|create_model_version)$|Model\.upload$"
)
_HINT = "wait for its end, and fail where it failed"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for command in step.commands:
                node = _unawaited_call(command.program) if command.program else None
                waits = _missing_wait(command)
                if not node and not (waits and not waits.search(" ".join(command.words))):
                    continue
                rest = _later_commands(workflow, job, step, command)
                inside = node and command.program and _uses_result_early(command.program, node)
                if not _awaited([waits] if waits else [], rest) and (inside or any(map(_relies, rest))):
                    yield _said(step, command, node)


def _said(step: Step, command: Command, node: ast.Call | None) -> Finding:
    if node and command.program:
        message = "this returns at once, and what comes behind it does not wait for the run to end"
        return in_program(command.program, node, message, _HINT)
    message = f"{called(command)} returns at once, and what comes behind it does not wait for its end"
    return at_command(step, command, message, _HINT)


def _relies(command: Command) -> bool:
    return judges(command) or releases(command) or evaluates(command)


def _uses_result_early(program: Program, started: ast.Call) -> bool:
    behind = [name for call, name in program.calls if call.lineno > started.lineno]
    return any(_TAKES.search(program.made_by(name)) for name in behind)


def _later_commands(workflow: Workflow, job: Job, step: Step, command: Command) -> list[Command]:
    found = list(step.commands[step.commands.index(command) + 1 :])
    for later in job.steps[job.steps.index(step) + 1 :]:
        found += later.commands
    for each in workflow.jobs.values():
        if job.name in _needs(workflow, each):
            found += each.commands
    return found


def _needs(workflow: Workflow, job: Job) -> set[str]:
    found, waiting = set(), list(job.needs)
    while waiting:
        name = waiting.pop()
        if name not in found and name in workflow.jobs:
            found.add(name)
            waiting += workflow.jobs[name].needs
    return found


def _missing_wait(command: Command) -> re.Pattern[str] | None:
    said = " ".join(command.words)[:2_000]
    return next((waits for starts, waits in _COMMANDS if starts.match(said)), None) if not command.verb else None


def _awaited(patterns: Sequence[re.Pattern[str]], rest: Sequence[Command]) -> bool:
    said = [" ".join(each.words)[:2_000] for each in rest]
    return any(pattern.search(each) for each in said for pattern in (*patterns, _WAITS))


def _unawaited_call(program: Program) -> ast.Call | None:
    names = [name for _, name in program.calls]
    if any(_ASKED.search(name) for name in names):
        return None
    for call, name in program.calls:
        given = keywords(call)
        if is_false(given.get("wait")) and name.endswith((".fit", ".run", ".start", ".transform", ".tune")):
            return call
        if is_false(given.get("sync")) and name.endswith((".run", ".fit")):
            return call
        if _CALLS.search(program.made_by(name)) and not is_true(given.get("wait")):
            return call
    return None
