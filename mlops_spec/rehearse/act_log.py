"""act's log (`--json`, one object per line), read as jobs and steps, and as text like GitHub's."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, cast

from mlops_spec.rehearse.run import Job, Result, Step

_INTERNAL = ("LocalRepositoryCache ", "Cleaning up ")
_ANNOTATIONS = ("error", "warning", "notice")
_WITHIN = ("⭐ Run", "✅", "❌")  # steps inside of an action, whose own line says enough


@dataclass
class _Job:
    id: str
    started: float
    ended: float
    result: Result | None = None
    steps: list[Step] = field(default_factory=list)
    output: dict[str, list[str]] = field(default_factory=dict)  # lines by step
    summary: list[str] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)


class ActLog:
    """Gathers the lines of a run that started at a moment (seconds), as they come."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._jobs: dict[str, _Job] = {}
        self.said: list[str] = []  # by act itself, outside of jobs

    def add(self, line: str, at: float) -> str | None:
        """Takes one line of the log, read at a moment (seconds); gives the text to show for it, or None."""
        try:
            entry = json.loads(line)
        except ValueError:
            self.said.append(line.rstrip())
            return line.rstrip() or None
        if "job" not in entry:
            if entry.get("level") != "warning":
                self.said.append(str(entry.get("msg", "")))
            return str(entry.get("msg", "")) or None
        return self._of_job(entry, at)

    def _of_job(self, entry: dict[str, Any], at: float) -> str | None:
        name = entry["job"].strip()
        job = self._jobs.setdefault(name, _Job(entry["jobID"], at, at))
        job.ended = at
        message = entry["msg"].strip("\r\n")
        if entry.get("raw_output"):
            job.output.setdefault(_step_key(entry), []).append(message)
            return f"[{name}]   {message}"
        if entry.get("command") in _ANNOTATIONS:
            said = f"{entry['command'].title()}: {entry['arg']}"
            job.output.setdefault(_step_key(entry), []).extend(said.splitlines())
            return f"[{name}] {said}"
        if "jobResult" in entry:
            job.result = _result(entry["jobResult"])
        elif entry.get("command") == "summary":
            job.summary.append(entry["content"])
        elif entry.get("command") == "set-output" and len(entry["stepID"]) == 1:
            job.outputs.append((entry["name"], entry["arg"]))
        elif "stepResult" in entry:
            self._step(job, entry, at - self._start)
        return f"[{name}] {_first_line(message)}" if _is_told(entry) else None

    def _step(self, job: _Job, entry: dict[str, Any], ended: float) -> None:
        step = entry.get("stepID")
        if step is None or len(step) > 1 or entry.get("stage") != "Main":  # act's own, or inside an action
            return
        seconds = entry.get("executionTime", 0) / 1e9
        output = job.output.get(_step_key(entry), [])
        job.steps.append(Step(entry["step"], _result(entry["stepResult"]), ended - seconds, seconds, tuple(output)))

    def jobs(self) -> tuple[Job, ...]:
        """In the order in which they started, by act's names. A job without a last word was stopped: a failure."""
        return tuple(
            Job(
                job.id,
                name,
                job.result or "failure",
                job.ended - job.started,
                tuple(job.steps),
                "".join(job.summary),
                tuple(job.outputs),
            )
            for name, job in self._jobs.items()
        )


def _is_told(entry: dict[str, Any]) -> bool:
    message = entry["msg"].strip()
    inside = len(entry.get("stepID", ())) > 1 and message.startswith(_WITHIN)
    aside = entry.get("stage") in ("Pre", "Post") or entry.get("command") == "summary"
    return not (inside or aside or message.startswith(_INTERNAL))


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0] if message.strip() else ""


def _step_key(entry: dict[str, Any]) -> str:
    return str(entry.get("stepID", ["?"])[0])


def _result(text: str) -> Result:
    return cast("Result", text if text in ("success", "failure", "skipped") else "failure")
