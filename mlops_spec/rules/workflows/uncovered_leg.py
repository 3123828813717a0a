"""Each leg of a release has its own gate.

A region, a segment or a tenant that the release goes to and the gate leaves out gets a model that nobody has judged.

Bad:

    jobs:
      gate:
        runs-on: ubuntu-24.04
        strategy: {matrix: {region: [eu, us]}}
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --region "${REGION}" --min-roc-auc 0.76
            env: {REGION: "${{ matrix.region }}"}
      deploy:
        runs-on: ubuntu-24.04
        needs: gate
        strategy: {matrix: {region: [eu, us, apac]}}
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --region "${REGION}"
            env: {REGION: "${{ matrix.region }}"}

Good:

    jobs:
      gate:
        runs-on: ubuntu-24.04
        strategy: {matrix: {region: [eu, us, apac]}}
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --region "${REGION}" --min-roc-auc 0.76
            env: {REGION: "${{ matrix.region }}"}
      deploy:
        runs-on: ubuntu-24.04
        needs: gate
        strategy: {matrix: {region: [eu, us, apac]}}
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --region "${REGION}"
            env: {REGION: "${{ matrix.region }}"}

Fix: write the same values into both matrices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.roles import job_judges, job_releases, judging
from mlops_spec.platforms.github.workflow.typed import items, mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS583"
NAME = "uncovered-leg"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if not job_releases(job):
            continue
        for key, released in _matrix_values(job).items():
            for other, gate in jobs_before(delivery, workflow, job):
                if other is workflow and job_judges(gate):
                    yield from _uncovered(gate, key, released)


def _uncovered(gate: Job, key: str, released: list[str]) -> Iterator[Finding]:
    legs = _matrix_values(gate)
    missing = [leg for leg in released if leg not in legs.get(key, released)]
    if missing:
        place = (*gate.address, "strategy", "matrix")
        message = f"{listed(missing)} is released, and not judged"
        yield Finding((*place, key) if key in _matrix(gate) else place, message, "write the same values in both")
    for step in gate.steps:
        if judging(step) and f"matrix.{key}" in step.condition and key in legs:
            message = f"the gate is skipped for some `{key}`, and all of them are released"
            yield Finding((*step.address, "if"), message, "judge each of them")


def _matrix(job: Job) -> Mapping[str, Any]:
    return mapping(mapping(job.data.get("strategy")).get("matrix"))


def _matrix_values(job: Job) -> dict[str, list[str]]:
    matrix = _matrix(job)
    found = {key: [text(each) for each in items(values)] for key, values in matrix.items() if key not in _CHANGES}
    for each in map(mapping, items(matrix.get("include"))):
        for key, value in each.items():
            found.setdefault(key, []).append(text(value))
    for each in map(mapping, items(matrix.get("exclude"))):
        if len(each) == 1:
            [(key, value)] = each.items()
            found[key] = [leg for leg in found.get(key, []) if leg != text(value)]
    return {key: values for key, values in found.items() if values and not any("${{" in value for value in values)}


_CHANGES = ("include", "exclude")
