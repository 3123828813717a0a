"""The best is chosen by what makes it the best.

An error sorted as a score puts the worst of all trials first, and so does a `mode` or a `goal` that was written for
another metric. Nothing fails: the log shows a plausible number, and the worst model goes on. Optuna, sweeps of Weights
& Biases and Lightning take the least unless they are told otherwise, and `make_scorer` and Transformers the most.

Bad:

    jobs:
      register:
        steps:
          - run: uv run --no-sync python scripts/register.py
    # scripts/register.py
    import mlflow
    runs = mlflow.search_runs(experiment_names=["demand"], order_by=["metrics.valid_rmse DESC"])
    mlflow.register_model(f"runs:/{runs.iloc[0].run_id}/model", "demand")

Good:

    jobs:
      register:
        steps:
          - run: uv run --no-sync python scripts/register.py
    # scripts/register.py
    import mlflow
    runs = mlflow.search_runs(experiment_names=["demand"], order_by=["metrics.valid_rmse ASC"])
    mlflow.register_model(f"runs:/{runs.iloc[0].run_id}/model", "demand")

Fix: turn the direction; of a metric that was negated, say so by its name, as `neg_rmse` does.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.choices import contrary, in_sweep
from mlops_spec.platforms.github.workflow.choices import in_program as choices
from mlops_spec.platforms.github.workflow.companions import is_settings
from mlops_spec.platforms.github.workflow.named_files import PIPELINE
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS695"
NAME = "inverted-choice"
SEVERITY: Severity = "error"

_HINT = "turn the direction"
_BY_JQ = regex(r"\b(?P<way>max|min)_by\(\s*[.\w\[\]\"']*?\.?(?P<metric>\w+)[\"'\]]*\s*\)")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    told: set[Program] = set()
    for _, step, command in workflow.commands():
        if command.program and command.program not in told:
            told.add(command.program)
            for each in choices(command.program):
                if each.takes_the_worst:
                    yield in_program(command.program, each.node, _message(each.metric), _HINT)
        if metric := _by_jq(command.words) or _by_dvc(command.words):
            yield at_command(step, command, _message(metric), _HINT)
    for path, document in delivery.sources.items():
        if is_settings(path) and PurePosixPath(path).name != PIPELINE:
            for metric, more, place in in_sweep(document):
                if contrary(metric, more=more):
                    yield Finding(place, _message(metric), _HINT, document=document)


def _message(metric: str) -> str:
    return f"this takes the worst `{metric}` for the best"


def _by_jq(words: tuple[str, ...]) -> str:
    found = _BY_JQ.search(" ".join(words)[:1_000]) if words[:1] == ("jq",) else None
    return found["metric"] if found and contrary(found["metric"], more=found["way"] == "max") else ""


def _by_dvc(words: tuple[str, ...]) -> str:
    """The metric by which `dvc exp show` sorts, where its first line is the worst; it sorts upwards by itself."""
    if not {"exp", "show"} <= {*words} or "--sort-by" not in words[:-1] or "--sort-order" not in words[:-1]:
        return ""
    metric, order = words[words.index("--sort-by") + 1], words[words.index("--sort-order") + 1]
    return metric if contrary(metric, more=order == "desc") else ""
