"""A canary is small, and is watched before it takes all.

With all requests there is no stable version left to compare with, and everybody meets what the canary was to catch.
Nothing can show itself in seconds, and a window that is longer than the canary compares with the version before.

Bad:

    jobs:
      canary:
        environment: production
        steps:
          - run: uv run --no-sync python -m credit.traffic set --version "${VERSION}" --percent 100
          - run: sleep 1800
          - run: uv run --no-sync python -m credit.traffic compare --canary "${VERSION}" --window 30m

Good:

    jobs:
      canary:
        environment: production
        steps:
          - run: uv run --no-sync python -m credit.traffic set --version "${VERSION}" --percent 10
          - run: sleep 1800
          - run: uv run --no-sync python -m credit.traffic compare --canary "${VERSION}" --window 30m

Fix: give it a tenth, and wait for as long as the comparison looks back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.options import options, spelled_out
from mlops_spec.platforms.github.workflow.roles import judges, watches
from mlops_spec.platforms.github.workflow.serving import tries
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS585"
NAME = "hasty-canary"
SEVERITY: Severity = "error"

_SHARE = regex(r"(canary|new|traffic)?-?(percent(age)?|weight|share|traffic|fraction|split)")
_TRAFFIC = regex(r"traffic|canary|weight|rollout|split|shift|route|challenger")
_NAMED = ("traffic", "to-revisions", "to-tags", "traffic-split")  # whose value says who gets how much
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "min": 60, "sec": 1}
_TIME = regex(r"(\d+(?:\.\d+)?)(min|sec|[smhd]?)")
_MOST = 50  # per cent, above which most requests meet it
_LEAST = 60  # seconds, below which nothing can show


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        yield from _of(workflow, job)
        yield from _unwatched(job)


def _unwatched(job: Job) -> Iterator[Finding]:
    """A larger share behind a smaller one, between which nothing has happened but time."""
    share, waited = 0.0, False
    for step in job.steps:
        for line in step.run.splitlines():
            if match := _SETS.match(line.strip()):
                given = float(match["share"])
                if waited and 0 < share < given <= 100:
                    message = f"from {share:g} % on nothing has looked at the new version, so no canary is ever bad"
                    hint = "compare errors, latency and scores before"
                    yield Finding(step.place, message, hint, piece=line.strip())
                share, waited = given, False
            elif _IDLE.match(line.strip()):
                waited |= "sleep" in line
            else:
                share, waited = 0.0, False
        if not step.run:
            share, waited = 0.0, False


#: A script of the project's own that gives the new version a share of the requests.
_SETS = regex(
    r"[^#|&;]{0,200}?(traffic|weight|canary|split|shift)\w{0,20}(\.(sh|py))?\b[^#|&;]{0,200}?[ =](?P<share>\d{1,3})%?$",
    re.IGNORECASE,
)
_IDLE = regex(r"$|#|sleep\b|echo\b|set -")


def _of(workflow: Workflow, job: Job) -> Iterator[Finding]:
    begun: tuple[Step, Command] | None = None
    shares: list[tuple[Step, Command, float]] = []
    waited = 0.0
    for step in job.steps:
        for command in step.commands if "failure()" not in step.condition else ():
            if command.words[:1] == ("sleep",):
                waited += _seconds(command.words[1:])
            share = _traffic_share(command, workflow, job, step)
            if share is not None:
                begun, waited = begun or (step, command), 0
                shares.append((step, command, share))
            elif not begun and tries(step, command):
                return  # what follows has been tried before
            elif begun and tries(step, command) and not _reverts_on_failure(job):
                yield from _unjudged_shares(shares)
                return
            elif begun and (judges(command) or watches(command)):
                yield from _unjudged_shares(shares)
                yield from _too_soon(step, command, waited)
                return


def _reverts_on_failure(job: Job) -> bool:
    return any("failure()" in step.condition and _TRAFFIC.search(step.run) for step in job.steps)


def _unjudged_shares(shares: list[tuple[Step, Command, float]]) -> Iterator[Finding]:
    for step, command, share in shares:
        if share > _MOST:
            message = f"{share:g} % of the requests meet the new version before it is compared"
            yield at_command(step, command, message, "begin with a tenth or less")


def _too_soon(step: Step, command: Command, waited: float) -> Iterator[Finding]:
    window = next((_seconds([value]) for name, value in options(command.words) if name in _WINDOWS), 0)
    waits = any(name in ("wait", "timeout", "duration", "for") for name, _ in options(command.words))
    if window > waited and not waits:
        message = f"this looks back {window:g} seconds, and the new version has had requests for {waited:g}"
        yield at_command(step, command, message, "wait for as long as it looks back")
    elif 0 < waited < _LEAST:
        message = f"in {waited:g} seconds nothing can show"
        yield at_command(step, command, message, "wait half an hour")


_WINDOWS = ("window", "lookback", "since", "last")


def _traffic_share(command: Command, workflow: Workflow, job: Job, step: Step) -> float | None:
    """Per cent of the requests that a command gives to a version; None where it gives none."""
    if command.verb or not _TRAFFIC.search(" ".join(command.words)):
        return None
    if "--all-traffic" in command.words:
        return 100
    for name, value in options(command.words):
        said = spelled_out(workflow, job, step, value).rstrip("%")
        if name == "to-latest":
            return 100
        if name in _NAMED and (named := re.fullmatch(r"[^,\s]*=(\d+)", said)):
            return float(named[1])
        if _SHARE.fullmatch(name) and re.fullmatch(r"\d+(\.\d+)?", said):
            share = float(said)
            return share * 100 if share <= 1 and ("." in said or "weight" in name or "fraction" in name) else share
    return None


def _seconds(words: list[str] | tuple[str, ...]) -> float:
    found = [_TIME.fullmatch(word) for word in words]
    return sum(float(each[1]) * _UNITS[each[2]] for each in found if each)
