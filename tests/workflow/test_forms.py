"""A kind of mistake is found in each form that it has in workflows of others, and what looks like it is let be."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from mlops_spec.lint.workflows import lint_workflows

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = ".github/workflows/own.yml"
PUSHED = "on: {push: {branches: [main]}}\n"
NIGHTLY = 'on: {schedule: [{cron: "20 2 * * *"}]}\n'


def is_found(code: str, text: str, besides: Mapping[str, str] | None = None) -> bool:
    """Whether a code is found in a repository that has this workflow and other files."""
    files = {OWN: text.encode(), **{path: each.encode() for path, each in (besides or {}).items()}}
    found = lint_workflows("", files, None, meant=[path for path in files if path.endswith(".yml")])
    return code in {each.kind.code for part in found.values() for each in part}


def workflow(steps: str, on: str = PUSHED, job: str = "") -> str:
    """A workflow of one job with these steps."""
    listed = textwrap.indent(textwrap.dedent(steps).strip(), "      ")
    head = textwrap.indent(textwrap.dedent(job).strip(), "    ")
    return f"{on}jobs:\n  own:\n    runs-on: ubuntu-24.04\n{head}\n    steps:\n{listed}\n"


TRAIN = "import pandas, joblib\njoblib.dump(pandas.read_csv('data/rows.csv'), 'm')\n"


@pytest.mark.parametrize(
    ("steps", "program", "found"),
    [
        ("- run: dvc pull\n- run: python split.py\n- run: python train.py --data data/a.csv", TRAIN, True),
        ("- run: python split.py\n- run: python train.py --data data/a.csv", TRAIN, True),
        ("- run: dvc pull\n- run: python split.py\n- run: python train.py data/a.csv", TRAIN + "import s3fs\n", False),
        (
            "- run: python split.py\n- run: python train.py data/a.csv",
            TRAIN.replace("data/rows", "https://x/rows"),
            False,
        ),
        ("- run: python split.py\n- run: python train.py data/a.csv", "from rows import fresh\n", False),
        ("- run: python export.py\n- run: python train.py data/a.csv", TRAIN, False),
    ],
)
def test_what_only_reads_files_brings_no_new_data(steps: str, program: str, found: bool) -> None:
    besides = {"split.py": program, "train.py": TRAIN}

    assert is_found("MS651", workflow(steps, NIGHTLY), besides) == found


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("- uses: docker/build-push-action@v6\n  with: {context: ., push: true}", True),
        ("- uses: docker/build-push-action@v6\n  with: {context: ., push: false}", False),
        ("- run: aws s3 sync model s3://acme/model", True),
        ("- run: aws s3 sync s3://acme/rows rows", False),
        ("- uses: softprops/action-gh-release@v2", True),
        ("- run: python -m a.gate --model model\n- run: aws s3 sync model s3://acme/model", False),
    ],
)
def test_what_is_shipped_is_not_trained_behind_the_gate(step: str, found: bool) -> None:
    steps = "- run: python -m a.train\n- run: python -m a.gate\n- run: python -m a.train\n" + step

    assert is_found("MS561", workflow(steps)) == found


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("- name: Smoke test\n  run: curl -s -d '{}' \"$URL/classify\"", True),
        ("- name: Smoke test\n  run: curl -sf -d '{}' \"$URL/classify\"", False),
        ("- name: Smoke test\n  run: curl -s \"$URL/classify\" | jq --exit-status '.score > 0'", False),
        ('- name: Tell the team\n  run: curl -s -d deployed "$URL/classify"', False),
        ('- name: Health\n  run: http POST "$URL/classify"', True),
        ('- name: Health\n  run: http --check-status POST "$URL/classify"', False),
        ("- run: bash scripts/smoke.sh", True),
        ("- run: python scripts/smoke_test.py", True),
        ("- run: python scripts/smoke_and_raise.py", False),
    ],
)
def test_an_answer_that_is_none_fails_a_smoke_test(step: str, found: bool) -> None:
    asks = "import requests\nanswer = requests.post('http://a/classify', json={})\nprint(answer.text)\n"
    besides = {
        "scripts/smoke.sh": 'curl -s "$1/classify"\n',
        "scripts/smoke_test.py": asks,
        "scripts/smoke_and_raise.py": asks + "answer.raise_for_status()\n",
    }

    assert is_found("MS571", workflow(step), besides) == found


BOTH = """
on: {push: {tags: [v*]}}
jobs:
  staging:
    environment: staging
    steps: [{run: kubectl apply -f staging}]
  JOB
"""


ASKED = """ask: {environment: production, steps: [{run: 'true'}]}
  production: {needs: ask, steps: [{run: kubectl apply -f k8s}]}"""


@pytest.mark.parametrize(
    ("job", "found"),
    [
        ("production: {needs: staging, steps: [{run: kubectl apply -f k8s}]}", True),
        ("production: {needs: staging, environment: live, steps: [{run: kubectl apply -f k8s}]}", False),
        ("eu: {needs: staging, steps: [{run: helm upgrade --namespace scoring-prod a b}]}", True),
        ("eu: {needs: staging, steps: [{run: helm upgrade --namespace scoring-staging a b}]}", False),
        ("production: {needs: staging, steps: [{run: helm lint deploy/production}]}", False),
        (ASKED, False),
    ],
)
def test_production_stands_in_its_environment_as_staging_does(job: str, found: bool) -> None:
    assert is_found("MS514", BOTH.replace("JOB", job)) == found
