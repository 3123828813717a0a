"""Tests that stop a release run.

GitHub sets `CI=true`: tests that are skipped there are green and have tried nothing. `xfail` and `skip` on what asks a
metric, and options that leave such tests out, come to the same.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync pytest tests/test_quality.py
    # tests/test_quality.py
    import os
    import pytest
    @pytest.mark.skipif("CI" in os.environ, reason="needs the model")
    def test_auc(scores):
        assert scores.roc_auc >= 0.8

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync pytest tests/test_quality.py
    # tests/test_quality.py
    import os
    import pytest
    def test_auc(scores):
        assert scores.roc_auc >= 0.8

Fix: take the mark out; tests that need what CI has not get a marker, and a run of their own.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.bounds import is_higher, is_lower
from mlops_spec.platforms.github.workflow.collected_tests import collected_tests, pytest_arguments
from mlops_spec.platforms.github.workflow.options import held
from mlops_spec.platforms.github.workflow.program import names_in
from mlops_spec.platforms.github.workflow.roles import about_models, job_releases
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS593"
NAME = "skipped-test"
SEVERITY: Severity = "error"

_HERE = ("CI", "GITHUB_ACTIONS")
_OF_MODELS = regex(r"quality|fairness|bias|accuracy|\bauc\b|performance|\bmodels?\b|metrics|\bgates?\b|regression")
_TESTS_OF_MODELS = regex(r"model|quality|golden|accuracy|fairness|bias|metric|performance|regression|behaviou?r")
_VARIABLE = regex(r"[A-Z][A-Z0-9_]+")
_HINT = "take it out, or run these tests in a job of their own"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if not _affects_model(workflow, job):
            continue
        for step in job.steps:
            for command in step.commands:
                if (words := pytest_arguments(command.words)) is None:
                    continue
                if left := _left_out(words):
                    message = f"`{left}` leaves out the tests that judge the model"
                    yield at_command(step, command, message, _HINT)
                for program in collected_tests(words, delivery, step):
                    yield from _skipped(program)
                    yield from _skipped_without(program, workflow, job, step)


def _affects_model(workflow: Workflow, job: Job) -> bool:
    behind = [each for each in workflow.jobs.values() if job.name in each.needs]
    return any(about_models(each) or job_releases(each) for each in (job, *behind))


def _left_out(words: Sequence[str]) -> str:
    for word, value in zip(words, [*words[1:], ""], strict=False):
        if word in ("-k", "-m") and re.search(rf"\bnot\s+\(?\w{{0,20}}({_OF_MODELS.pattern})", value):
            return f"{word} {value}"
        name, _, given = word.partition("=")
        if name in ("--deselect", "--ignore") and _OF_MODELS.search(given or value):
            return f"{name} {given or value}"
    return ""


def _skipped(program: Program) -> Iterator[Finding]:
    for call, name in program.calls:
        if (
            (name.endswith("mark.skipif") or name in ("unittest.skipIf", "skipIf"))
            and call.args
            and _holds_in_ci(call.args[0])
        ):
            yield in_program(program, call, "this is skipped wherever `CI` is set, and GitHub sets it", _HINT)
    for node in program.nodes:
        if isinstance(node, ast.If) and _holds_in_ci(node.test):
            skips = [each for each in _calls(node.body) if program.called(each.func) in ("pytest.skip", "skip")]
            marks = [each for each in _marks(node.body) if program.called(each) == "pytest.mark.skip"]
            for found in [*skips, *marks][:1]:
                yield in_program(program, found, "this skips wherever `CI` is set, and GitHub sets it", _HINT)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and _compares_metric(node):
            for mark in node.decorator_list:
                name = program.called(mark.func if isinstance(mark, ast.Call) else mark)
                strict = isinstance(mark, ast.Call) and any(keyword.arg == "strict" for keyword in mark.keywords)
                if name.endswith("mark.skip") or (name.endswith("mark.xfail") and not strict):
                    message = "this judges the model, and its failure fails nothing"
                    yield in_program(program, mark, message, _HINT)


def _skipped_without(program: Program, workflow: Workflow, job: Job, step: Step) -> Iterator[Finding]:
    """Where tests of a model are skipped as long as a variable is not set, and nothing sets it."""
    if not _TESTS_OF_MODELS.search(program.python.document.file.rpartition("/")[2]):
        return
    for call, name in program.calls:
        absent = _absent_variable(call.args[0]) if name.endswith("mark.skipif") and call.args else ""
        if absent and absent not in _HERE and held(workflow, job, step, absent) is None:
            before = job.steps[: job.steps.index(step) + 1]
            if not any(absent in each.run for each in before):
                message = f"this is skipped as long as `{absent}` is not set, and nothing here sets it"
                yield in_program(program, call, message, f"set `{absent}` in this step")


def _absent_variable(condition: ast.expr) -> str:
    """The variable without which a condition holds, as `"MODEL" not in os.environ`; empty for any other."""
    names = [name for name in names_in(condition) if _VARIABLE.fullmatch(name)]
    denied = any(isinstance(node, ast.Not | ast.NotIn | ast.Is) for node in ast.walk(condition))
    asks = {"environ", "getenv"} & {*names_in(condition)}
    alone = not any(isinstance(node, ast.BoolOp) for node in ast.walk(condition))
    return names[0] if len(names) == 1 and denied and asks and alone else ""


def _calls(body: Sequence[ast.stmt]) -> list[ast.Call]:
    return [each for node in body for each in ast.walk(node) if isinstance(each, ast.Call)]


def _marks(body: Sequence[ast.stmt]) -> list[ast.Attribute]:
    return [each for node in body for each in ast.walk(node) if isinstance(each, ast.Attribute)]


def _holds_in_ci(condition: ast.expr) -> bool:
    if any(isinstance(node, ast.Not | ast.NotIn | ast.IsNot | ast.NotEq) for node in ast.walk(condition)):
        return False
    absent = any(isinstance(node, ast.Is) for node in ast.walk(condition))
    return not absent and any(name in _HERE for name in names_in(condition))


def _compares_metric(function: ast.FunctionDef) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            said = [part for name in names_in(node) for part in (name.lower(), name.lower().removesuffix("_score"))]
            if any(is_higher(each) or is_lower(each) for each in said):
                return True
    return False
