"""Which checks a merge queue waits for in vain, by the base branch and by what else answers."""

from __future__ import annotations

import pytest

from mlops_spec.lint.workflows import lint_workflows

SPEC = b"""\
spec: 1
model: m
task: regression
owners: ["@acme/m"]
data: {path: data/m.csv, target: y}
train: {run: python -m m}
gates: [{metric: mae, max: 1}]
governance: {merge_queue: true}
"""
JOB = """
jobs:
  check:
    name: Lint and plan
    runs-on: ubuntu-24.04
    steps:
      - run: uv run --no-sync mlops-spec lint
"""
PULL_REQUEST = "on: {pull_request: {branches: [main]}}"
QUEUE = "on: {merge_group: }"


def found(*triggers: str) -> bool:
    given = {f".github/workflows/{place}.yml": f"{each}{JOB}".encode() for place, each in enumerate(triggers)}
    return any(each.kind.code == "MS556" for part in lint_workflows("", given, SPEC).values() for each in part)


@pytest.mark.parametrize(
    "trigger",
    [
        PULL_REQUEST,
        "on: pull_request",
        "on: {pull_request: {branches-ignore: [release/**]}}",
        "on: {pull_request: , merge_group: {branches: [release]}}",
        "on: {pull_request: , merge_group: {types: [destroyed]}}",
        "on: {pull_request: , merge_group: {branches: ['[z-a]']}}",
    ],
)
def test_what_the_queue_never_starts_is_found(trigger: str) -> None:
    assert found(trigger)


@pytest.mark.parametrize(
    "trigger",
    [
        "on: {pull_request: {branches: [release/**]}}",
        "on: {pull_request: {branches-ignore: [main]}}",
        "on: {pull_request: , merge_group: }",
        "on: [pull_request, merge_group]",
        "on: push",
    ],
)
def test_what_is_for_other_branches_or_runs_there_is_not(trigger: str) -> None:
    assert not found(trigger)


def test_another_workflow_may_answer_the_queue() -> None:
    assert not found(PULL_REQUEST, QUEUE)
    assert found(PULL_REQUEST, QUEUE.replace("merge_group:", "merge_group: {branches: [next]}"))
