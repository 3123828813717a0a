"""What releases waits for success, in a graph of tasks as well.

A task of Airflow with `all_done`, of Databricks with `run_if: ALL_DONE` or of Kubeflow that ignores its upstream starts
when those before it have ended, failed ones too. That is right for what cleans up. A promotion then follows a
validation that has just refused the model.

Bad:

    jobs:
      sync:
        steps:
          - run: python dags/retrain.py
    # dags/retrain.py
    from airflow.decorators import task
    @task(trigger_rule="all_done")
    def promote(run):
        registry.set_alias("churn", run, "production")

Good:

    jobs:
      sync:
        steps:
          - run: python dags/retrain.py
    # dags/retrain.py
    from airflow.decorators import task
    @task
    def promote(run):
        registry.set_alias("churn", run, "production")

Fix: leave the rule out: a task waits for the success of all that is before it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.companions import is_settings
from mlops_spec.platforms.github.workflow.expansion import parsed_program
from mlops_spec.platforms.github.workflow.program import keywords
from mlops_spec.platforms.github.workflow.typed import items, mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS697"
NAME = "any-outcome"
SEVERITY: Severity = "error"

_MESSAGE = "this starts also when what is before it has failed"
_HINT = "leave the rule out"
_ANY = regex(
    r"all_done(_\w+)?|always|dummy|none_skipped|one_done|one_failed|all_failed|at_least_one_failed|none_failed_min_done",
    re.IGNORECASE,
)
_RELEASES = regex(r"(^|[^a-z])(promote|deploy|publish|register|release|ship|rollout|push|go_live|swap)", re.IGNORECASE)
_WAY_BACK = regex(r"roll_?back|undeploy|unregister|notif|report|clean|revert", re.IGNORECASE)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    started = [command.program for _, _, command in workflow.commands() if command.program]
    graphs = [
        found
        for path, each in delivery.sources.items()
        if path.endswith(".py") and "dags/" in path and (found := parsed_program(each.file, each.text))
    ]
    for program in dict.fromkeys([*started, *graphs]):
        for node in _of_program(program):
            yield in_program(program, node, _MESSAGE, _HINT)
    for path, document in delivery.sources.items():
        if is_settings(path):
            for place in _of_settings(document.data, ()):
                yield Finding(place, _MESSAGE, _HINT, document=document)


def _of_program(program: Program) -> Iterator[ast.expr]:
    for node in program.nodes:
        if isinstance(node, ast.FunctionDef) and _puts_live(node.name):
            for call in (each for each in node.decorator_list if isinstance(each, ast.Call)):
                yield from _lax_rule(call)
        elif isinstance(node, ast.Call):
            name = keywords(node).get("task_id")
            if isinstance(name, ast.Constant) and _puts_live(str(name.value)):
                yield from _lax_rule(node)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "ignore_upstream_failure":
                owner = node.func.value.func if isinstance(node.func.value, ast.Call) else node.func.value
                if _puts_live(program.called(owner)) or _puts_live(ast.unparse(owner)):
                    yield node


def _lax_rule(call: ast.Call) -> Iterator[ast.expr]:
    rule = keywords(call).get("trigger_rule")
    said = rule.attr if isinstance(rule, ast.Attribute) else rule.value if isinstance(rule, ast.Constant) else ""
    if rule is not None and _ANY.fullmatch(str(said)):
        yield rule


def _puts_live(name: str) -> bool:
    return bool(_RELEASES.search(name)) and not _WAY_BACK.search(name)


def _of_settings(data: Any, above: Address) -> Iterator[Address]:
    """Where a task of Databricks says that it starts whatever came before."""
    for number, each in enumerate(map(mapping, items(mapping(data).get("tasks")))):
        if _puts_live(text(each.get("task_key"))) and _ANY.fullmatch(text(each.get("run_if"))):
            yield (*above, "tasks", number, "run_if")
    for key, value in mapping(data).items():
        if isinstance(value, dict):
            yield from _of_settings(value, (*above, key))
