"""What a run consists of: each job with its permissions; what GitHub would not start has a problem in its words."""

from __future__ import annotations

import pytest

from mlops_spec.rehearse.hub.permissions import by_default
from mlops_spec.rehearse.jobs import Given, Plan, plan


def planned(**files: str) -> Plan:
    texts = {f"{name}.yml": text for name, text in files.items()}
    given = Given(by_default("read"), frozenset({"KEY"}))
    return plan(texts, "caller.yml", given, repository="acme/churn", commit="c0ffee")


CALLER = """on: push
permissions: {contents: read}
jobs:
  train:
    uses: $/.github/workflows/called.yml
    permissions: {contents: write}
  check:
    runs-on: ubuntu-24.04
    environment: {name: production, url: https://example.org}
    steps: [{run: make}]
"""
CALLED = """on:
  workflow_call:
jobs:
  all: {runs-on: ubuntu-24.04, steps: [{run: make}]}
  less: {runs-on: ubuntu-24.04, permissions: {contents: read}, environment: training, steps: [{run: make}]}
"""


FILE = ".github/workflows/caller.yml"
CALLING = f"{FILE} (Line: 4, Col: 3): Error calling workflow 'acme/churn/.github/workflows/called.yml@c0ffee'."
UNKNOWN = f"{FILE} (Line: 11, Col: 9): Unrecognized named-value:"
NOT_CALLABLE = (
    "error parsing called workflow `$/.github/workflows/called.yml`: "
    "workflow is not reusable as it is missing a `on.workflow_call` trigger"
)


def test_a_called_job_has_what_its_caller_grants_or_less() -> None:
    found = planned(caller=CALLER, called=CALLED)

    assert found.problems == ()
    assert {"/".join(job.ids): (dict(job.permissions), job.environment) for job in found.jobs} == {
        "train/all": ({"contents": "write"}, ""),
        "train/less": ({"contents": "read"}, "training"),
        "check": ({"contents": "read"}, "production"),
    }


def test_who_says_nothing_has_what_the_repository_gives() -> None:
    job = "runs-on: x, steps: [{run: make}]"
    workflow = f"on: push\njobs:\n  one: {{{job}}}\n  two: {{permissions: {{}}, {job}}}\n"

    assert [job.permissions for job in planned(caller=workflow).jobs] == [{"contents": "read", "packages": "read"}, {}]


@pytest.mark.parametrize(
    ("caller", "called", "said"),
    [
        (
            CALLER,
            CALLED.replace("permissions: {contents: read}", "permissions: {id-token: write, contents: write}"),
            f"{CALLING} The nested job 'less' is requesting 'id-token: write', but is only allowed 'id-token: none'.",
        ),
        (
            CALLER,
            CALLED.replace("jobs:", "permissions: {pages: write, contents: read}\njobs:"),
            f"{CALLING} The workflow is requesting 'pages: write', but is only allowed 'pages: none'.",
        ),
        (
            CALLER,
            CALLED.replace("workflow_call:", "workflow_call: {secrets: {KEY: {required: true}, OTHER: {}}}"),
            f"{FILE} (Line: 5, Col: 11): Secret KEY is required, but not provided while calling.",
        ),
        (
            CALLER.replace("    permissions: {contents: write}\n", "    secrets: {KEY: '${{ secrets.KEY }}'}\n"),
            CALLED,
            f"{FILE} (Line: 6, Col: 20): Invalid secret, KEY is not defined in the referenced workflow.",
        ),
        (
            CALLER,
            CALLED.replace("workflow_call:", "workflow_call: {inputs: {name: {type: string, required: true}}}"),
            f"{FILE} (Line: 5, Col: 11): Input name is required, but not provided while calling.",
        ),
        (
            CALLER.replace("    permissions: {contents: write}\n", "    with: {names: a}\n"),
            CALLED,
            f"{FILE} (Line: 6, Col: 19): Invalid input, names is not defined in the referenced workflow.",
        ),
        (
            CALLER,
            CALLED.replace("workflow_call", "push"),
            f"{FILE} (Line: 5, Col: 11): {NOT_CALLABLE}",
        ),
        (
            f"{CALLER}    if: vars.GO && sectors.A == 'needs.a'\n",
            CALLED,
            f"{UNKNOWN} 'sectors'. Located at position 12 within expression: vars.GO && sectors.A == 'needs.a'",
        ),
        (
            f"{CALLER}    if: ${{{{ secrets.KEY }}}}\n",
            CALLED,
            f"{UNKNOWN} 'secrets'. Located at position 1 within expression: secrets.KEY",
        ),
        (
            f"{CALLER}    needs: [train, tests]\n",
            CALLED,
            f"{FILE} (Line: 11, Col: 20): Job 'check' depends on unknown job 'tests'.",
        ),
    ],
)
def test_what_github_would_not_start_has_a_problem_in_its_words(caller: str, called: str, said: str) -> None:
    assert planned(caller=caller, called=called).problems == (said,)


@pytest.mark.parametrize(
    ("passed", "missing"),
    [
        ("{TOKEN: '${{ secrets.KEY }}'}", False),
        ("{TOKEN: '${{ secrets.key }}'}", False),
        ("{TOKEN: '${{ secrets.OF_AN_ENVIRONMENT }}'}", True),  # which a calling job can't name
        ("{token: '${{ github.sha }}'}", False),
        ("inherit", True),
    ],
)
def test_a_required_secret_that_is_empty_is_not_provided(passed: str, missing: bool) -> None:
    caller = CALLER.replace("    permissions: {contents: write}\n", f"    secrets: {passed}\n")
    called = CALLED.replace("workflow_call:", "workflow_call: {secrets: {TOKEN: {required: true}}}")
    said = f"{FILE} (Line: 5, Col: 11): Secret TOKEN is required, but not provided while calling."

    assert planned(caller=caller, called=called).problems == ((said,) if missing else ())


@pytest.mark.parametrize(
    "again", ["  one: {runs-on: x, steps: [{run: make}]}", "  two: {<<: {runs-on: x}, steps: [{run: make}]}"]
)
def test_yaml_that_github_does_not_read_starts_nothing(again: str) -> None:
    found = planned(caller=f"on: push\njobs:\n  one: {{runs-on: x, steps: [{{run: make}}]}}\n{again}\n")

    assert found.problems
    assert all(each.startswith(f"{FILE} (Line: 4,") for each in found.problems)
