"""The result of one workflow run: its jobs and steps with conclusions and times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Result = Literal["success", "failure", "skipped"]


@dataclass(frozen=True)
class Step:
    """`name` is the command, or the action; `started` counts from the run's start, both in seconds."""

    name: str
    result: Result
    started: float
    seconds: float
    output: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """`name` is what a status check is called; that of a called workflow starts with the calling job's."""

    id: str
    name: str
    result: Result
    seconds: float = 0.0
    steps: tuple[Step, ...] = ()
    summary: str = ""
    outputs: tuple[tuple[str, str], ...] = ()  # (step output, value), in the order in which they were set

    def output(self, name: str) -> str | None:
        """The last value that a step gave to an output."""
        return next((value for key, value in reversed(self.outputs) if key == name), None)


@dataclass(frozen=True)
class Run:
    """One run of one workflow; everything it left is in `folder`. With a `problem` it did not start: it has no jobs."""

    number: int
    workflow: str
    event: str
    folder: Path
    seconds: float
    jobs: tuple[Job, ...]
    problem: str = ""

    @property
    def result(self) -> Result:
        well = self.jobs and not self.problem and all(job.result != "failure" for job in self.jobs)
        return "success" if well else "failure"

    def job(self, name: str) -> Job:
        """The job with this id or name."""
        return next(job for job in self.jobs if name in (job.id, job.name))

    def output(self, name: str) -> str | None:
        """The last value of an output in any of the jobs."""
        found = [value for job in self.jobs if (value := job.output(name)) is not None]
        return found[-1] if found else None

    def first_failure(self) -> tuple[Job, Step] | None:
        """Where it went wrong first."""
        for job in self.jobs:
            for step in job.steps:
                if step.result == "failure":
                    return job, step
        return None
