"""The workflow runs of a rehearsal: started by events, held for approval, and shown as checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.rehearse import triggers
from mlops_spec.rehearse.hub import approvals
from mlops_spec.rehearse.hub.people import ACTIONS
from mlops_spec.rehearse.hub.state import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.rehearse.act import Runner
    from mlops_spec.rehearse.events import Event
    from mlops_spec.rehearse.hub import Hub
    from mlops_spec.rehearse.hub.state import StatusState
    from mlops_spec.rehearse.run import Job, Run

_WAITS = "Waiting for review"  # as the first step of such a job says


def _nobody(_: int) -> None:
    """Such a job waits until its run is over time."""


@dataclass
class WorkflowRuns:
    """The runs so far; `say` gets their log as it comes, and `held` are those that wait for a person to start."""

    hub: Hub
    runner: Runner
    say: Callable[[str], None]
    ended: list[Run] = field(default_factory=list)
    held: dict[int, tuple[str, Event]] = field(default_factory=dict)
    _last: Event | None = None

    def dispatch(self, event: Event, review: Callable[[int], None] = _nobody) -> list[Run]:
        """Runs each workflow that the event starts, one after the other, and shows its jobs as checks.

        Those of a pull request that a job's own token opened, or somebody who never contributed, wait and show nothing.
        """
        self._last = event
        found = triggers.started_by(event, self.hub.origin.git)
        if approvals.asks(self.hub, event.name, event.actor):
            for workflow in found:
                number = self._next()
                self.held[number] = workflow, event
                approvals.hold(self.hub, number)
            return []
        return [self._run(workflow, event, self._next(), review) for workflow in found]

    def waiting(self, pull: int) -> list[int]:
        """The numbers of the runs of a pull request that wait."""
        return [number for number, (_, event) in self.held.items() if event.payload["number"] == pull]

    def start(self, number: int) -> Run:
        """Starts a run that waited."""
        return self._run(*self.held.pop(number), number, _nobody)

    def again(self) -> list[Run]:
        """Runs once more what the last event started."""
        assert self._last is not None, "nothing has run yet"
        return self.dispatch(self._last)

    def _next(self) -> int:
        return len(self.ended) + len(self.held) + 1

    def _run(self, workflow: str, event: Event, number: int, review: Callable[[int], None]) -> Run:
        def say(line: str) -> None:
            self.say(line)
            if line.endswith(_WAITS):
                review(number)

        run = self.runner.run(workflow, event, number, say)
        self.ended.append(run)
        with self.hub.lock:
            for job in run.jobs:
                self._show_check(run, event.head or event.commit, job)
        return run

    def _show_check(self, run: Run, sha: str, job: Job) -> None:
        """A required check is content with a job that was skipped, as on GitHub."""
        link = f"{self.hub.server_url}/{self.hub.repository}/actions/runs/{run.number}"
        state: StatusState = "failure" if job.result == "failure" else "success"
        creator = self.hub.account(ACTIONS)
        shown = Status(self.hub.next_id(), sha, job.name, state, creator, job.result, link, of_job=True)
        self.hub.statuses.append(shown)
