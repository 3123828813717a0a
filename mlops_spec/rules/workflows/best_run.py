"""A gate judges the model of its own run.

Once one good run stands in an experiment, the best of it passes for ever, and what goes on is the model that was just
trained, however good that is.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.train
          - run: uv run --no-sync python scripts/gate.py
    # scripts/gate.py
    import mlflow
    best = mlflow.search_runs(experiment_names=["credit"], order_by=["metrics.roc_auc DESC"]).iloc[0]
    if best["metrics.roc_auc"] < 0.8:
        raise SystemExit("not good enough")

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.train
          - run: uv run --no-sync python scripts/gate.py --run-id "${RUN}"
    # scripts/gate.py
    import sys
    import mlflow
    run = mlflow.get_run(sys.argv[2])
    if run.data.metrics["roc_auc"] < 0.8:
        raise SystemExit("not good enough")

Fix: hand the id of the run from training to the gate, and read that run.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.program import keywords, names_in
from mlops_spec.platforms.github.workflow.roles import judges, judging, trains
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS654"
NAME = "best-run"
SEVERITY: Severity = "error"

_MESSAGE = "this judges the best of all runs, not the one that was just trained"
_HINT = "read the run of this job, by its id"
#: What a program says that knows which run it means, or compares with what this run has measured.
_OWN_RUN = regex(r"run[_-]?(id|uuid|name)\b|\bget_run\b|active_run|\bjson\b|GITHUB_SHA|commit|\bsha\b", re.IGNORECASE)
_BEST = regex(r"\bmax(_by)?\b|\bmin_by\b|sort_by\(.*(last|reverse|\[-1\])|--sort-by\b")
_CHOOSES = frozenset(("max", "min", "sorted"))
_OF_COLUMN = regex(r"\.(max|min|idxmax|idxmin|nlargest|nsmallest)$")


def check(workflow: Workflow) -> Iterator[Finding]:
    if not any(trains(command) for _, _, command in workflow.commands()):
        return
    for _, step, command in workflow.commands():
        if command.program and (judges(command) or command.program.decides):
            if (node := _best_run(command.program)) is not None:
                yield in_program(command.program, node, _MESSAGE, _HINT)
        elif _takes_best(step, command):
            yield at_command(step, command, _MESSAGE, _HINT)


def _takes_best(step: Step, command: Command) -> bool:
    lists = command.words[:1] == ("jq",) or {"exp", "show"} <= {*command.words} or {"runs", "list"} <= {*command.words}
    return lists and judging(step) and bool(_BEST.search(" ".join(command.words[1:])[:1_000]))


def _best_run(program: Program) -> ast.Call | None:
    if not program.fails or any(_OWN_RUN.search(name) for name in names_in(program.python.tree)):
        return None
    return next((call for call, name in program.calls if _takes_best_of(call, name)), None)


def _takes_best_of(call: ast.Call, name: str) -> bool:
    given = keywords(call)
    if name.endswith("search_runs"):
        return _says(given.get("order_by"), "metrics.") and "filter_string" not in given
    if name.endswith(".runs"):  # of Weights & Biases
        return _says(given.get("order"), "summary")
    if name.endswith(".sort_values"):
        return any(_says(each, "metrics.") for each in (*call.args[:1], given.get("by")))
    if _OF_COLUMN.search(name) or (isinstance(call.func, ast.Attribute) and _OF_COLUMN.search(f".{call.func.attr}")):
        return _says(call.func, "metrics.")
    return name in _CHOOSES and isinstance(given.get("key"), ast.Lambda) and _says(given.get("key"), "metrics")


def _says(node: ast.expr | None, word: str) -> bool:
    return node is not None and any(word in name for name in names_in(node))
