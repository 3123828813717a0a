"""The names of jobs: from those in act's log to those of GitHub's checks, and the jobs that act never started."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlops_spec.rehearse.hub.workflow_files import read_workflow
from mlops_spec.rehearse.run import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def named(played: Iterable[Job], workflow: Path) -> tuple[Job, ...]:
    """The jobs of act's log under the names of their status checks, and the skipped ones behind them."""
    expected = list(_expected(workflow))
    names = {logged: name for logged, _, name in expected if not _computed(name)}
    title = _title(read_workflow(workflow), workflow)
    jobs = tuple(replace(job, name=names.get(job.name, job.name.removeprefix(f"{title}/"))) for job in played)
    # what a job is called that computes its name, act's log alone knows
    seen = {job.name for job in jobs} | {name for _, job_id, name in expected if _computed(name) and _of(jobs, job_id)}
    callers = {name.partition(" / ")[0] for name in seen if " / " in name}
    skipped = {name.partition(" / ")[0]: job_id for _, job_id, name in expected if name not in seen}
    return (*jobs, *(Job(job_id, name, "skipped") for name, job_id in skipped.items() if name not in callers))


def _computed(name: str) -> bool:
    return "${{" in name


def _of(jobs: Iterable[Job], job_id: str) -> bool:
    return any(job.id == job_id for job in jobs)


def _expected(workflow: Path) -> Iterator[tuple[str, str, str]]:
    """Name in act's log, id of the (calling) job, name of the check."""
    root = read_workflow(workflow)
    for job_id, job in root["jobs"].items():
        own = job.get("name", job_id)
        if "uses" not in job:
            yield f"{_title(root, workflow)}/{own}", job_id, own
            continue
        file = workflow.parents[2] / job["uses"].removeprefix("./")
        called = read_workflow(file)
        for inner_id, inner in called["jobs"].items():
            name = inner.get("name", inner_id)
            yield f"{own}/{_title(called, file)}/{name}", job_id, f"{own} / {name}"


def _title(workflow: dict[str, Any], file: Path) -> str:
    title: str = workflow.get("name", file.name)
    return title
