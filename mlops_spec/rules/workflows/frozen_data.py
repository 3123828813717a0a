"""Training by the clock gets the data that came since.

`dvc pull` brings what a pointer in Git names, and a path with a date or a version what lay there then. A schedule that
trains on either makes the same model each night, while everybody believes that it follows the data.

Bad:

    on: {schedule: [{cron: "20 2 * * *"}]}
    jobs:
      retrain:
        steps:
          - run: uv run --no-sync dvc pull data/events.parquet.dvc
          - run: uv run --no-sync python -m credit.train --data data/events.parquet

Good:

    on: {schedule: [{cron: "20 2 * * *"}]}
    jobs:
      retrain:
        steps:
          - run: uv run --no-sync dvc update data/events.parquet.dvc
          - run: uv run --no-sync python -m credit.train --data data/events.parquet

Fix: bring the data up to date first, with `dvc update` or an export, or train when the pointer changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.named_files import PIPELINE
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, plain, releases, tests, trains, watches
from mlops_spec.platforms.github.workflow.stages import stages
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Step, Workflow

CODE = "MS651"
NAME = "frozen-data"
SEVERITY: Severity = "error"

_CLOCK = frozenset(("schedule", "workflow_dispatch"))
_POINTED = regex(r"(\S{0,80}python[\d.]{0,8} -m )?dvc (pull|fetch|checkout)\b|git lfs (pull|fetch)\b")
#: A place that names one version of the data, or one day, for good.
_PINNED = regex(
    r"(?:s3|gs|abfss?|wasbs?|azureml|hdfs|lakefs|https?)://?[^\s$]{0,200}(?:/|=|_|-)20[0-9]{2}-?[01][0-9](?:-?[0-3][0-9])?(?![0-9])"
    r"|azureml:[\w-]{1,80}:[0-9]{1,9}\b|lakefs://[\w.-]{1,80}/[0-9a-f]{12,64}/"
    r"|--(?:until|to|end|as-of|snapshot|end-date|to-date|cutoff)[= ]20[0-9]{2}-[01][0-9]"
    r"|--(?:data-version|dataset-version|data-rev|data-revision|dataset-revision)[= ][^\s$]{1,80}"
)
#: Commands that bring no data, and actions that do not; of any other nobody knows.
_KNOWN = regex(
    r"^(pip|sync|venv|install|lock|tool|python[\d.]* -m (pip|venv)|poetry|pdm|conda|apt(-get)?|sudo|echo|printf|cat|cd"
    r"|ls|mkdir|cp|mv|rm|set|export|test|\[|\[\[|exit|git|gh|jq|nvidia-smi|df|du|source|\.|mlflow ui|dvc"
    r"|python[\d.]* -m dvc|tee|true|chmod|grep|awk|tail|head|date|sleep|az (configure|extension|account))(\s|$)"
)
_ACTIONS = regex(
    r"actions/(checkout|setup-\w+|cache|upload-artifact)|astral-sh/setup-uv|iterative/setup-(dvc|cml)|conda-incubator/\S+"
    r"|aws-actions/configure-aws-credentials|google-github-actions/(auth|setup-gcloud)|azure/login|docker/\S+|slackapi/\S+|peter-evans/\S+"
)
_ELSEWHERE = regex(r"://|^(curl|wget|aws|gsutil|dvc|git)\b")
_NET = regex(
    r"subprocess|socket|ftplib|paramiko|sqlite3|openml|kaggle|fsspec|yfinance|boto3|requests|httpx|urllib|sqlalchemy|psycopg|snowflake|bigquery|google|azure|s3fs|gcsfs|pymongo|kafka|databricks|pyspark|feast"
    r"|duckdb|clickhouse|redis|datasets|huggingface_hub|dvc|lakefs"
)
_ROWS = regex(
    r"^(?:--[\w-]+=)?(?:\./)?[\w./-]+\.(parquet|csv|jsonl|feather|npz|arrow|tsv|json|pkl)$|^(?:--[\w-]+=)?data(/|$)"
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if "schedule" not in workflow.triggers or {*workflow.triggers} - _CLOCK:
        return
    every = [(step, each) for _, step, each in workflow.commands()]
    training = [(step, each) for step, each in every if trains(each)]
    if not training or any(_may_change_data(each) for job in workflow.jobs.values() for each in job.steps):
        return
    for step, command in every:
        if pinned := _pinned(command):
            message = f"`{pinned}` stays what it is, so each of these runs trains on the same data"
            yield at_command(step, command, message, _HINT)
            return
    pulled = next(((step, each) for step, each in every if _POINTED.match(plain(each))), None)
    repeated = _repeats_local_pipeline(every, delivery) or any(_trains_on_files(each) for _, each in training)
    if pulled and repeated:
        message = f"{called(pulled[1])} brings what Git names, so each of these runs trains on the same data"
        yield at_command(*pulled, message, _HINT)
    elif not pulled and all(each.program and not _may_fetch_data(each) for _, each in training):
        committed = next((one for one in training if _trains_on_files(one[1])), None)
        if committed:
            message = "nothing brings other data than what Git has, so each of these runs trains on the same"
            yield at_command(*committed, message, _HINT)


_HINT = "bring the data up to date first, as `dvc update` does"


def _pinned(command: Command) -> str:
    said = plain(command)
    found = (
        _PINNED.search(said[:4_000]) if not releases(command) and not said.startswith(("pip", "uv ", "curl")) else None
    )
    return found[0] if found else ""


def _may_change_data(step: Step) -> bool:
    if step.uses:
        return not _ACTIONS.match(step.uses.lower()) and not step.commands
    return any(_brings(command) for command in step.commands)


def _brings(command: Command) -> bool:
    said = plain(command)
    if command.verb:
        return command.verb not in ("lint", "render", "gate")
    if _pinned(command) or _POINTED.match(said):
        return False
    if any(role(command) for role in (trains, evaluates, judges, releases, tests, watches)):
        return _may_fetch_data(command)
    if command.program and command.program.is_alone:
        return _may_fetch_data(command)
    return not _KNOWN.match(said) or bool(
        re.search(r"\bdvc (update|import|import-url|get|add|exp (?!run\b))|git (pull|submodule)", said)
    )


def _may_fetch_data(command: Command) -> bool:
    program = command.program
    if program is None:
        return False
    return any(_NET.match(import_) for import_ in program.imports.values()) or any(
        _ELSEWHERE.search(str(node.value)) for node in program.texts
    )


def _trains_on_files(command: Command) -> bool:
    return any(_ROWS.match(word) for word in command.words[1:])


def _repeats_local_pipeline(every: Sequence[tuple[Step, Command]], delivery: Delivery) -> bool:
    document = delivery.sources.get(PIPELINE)
    if document is None or not any(
        "dvc" in each.words[:5] and {"repro", "exp"} & {*each.words[:7]} for _, each in every
    ):
        return False
    fresh = [mapping(each).get("always_changed") for each in mapping(mapping(document.data).get("stages")).values()]
    found = stages(document)
    return not any(text(each) == "true" for each in fresh) and all(
        each.reads and not any("://" in path for path in each.reads) for each in found
    )
