"""A check can fail, and asks what it is to prove.

`curl` without `--fail` is content with an answer of 500, `dvc metrics diff` shows numbers and judges none, `python -O`
leaves out every `assert`, and a validation by Great Expectations or Soda answers by a value and raises nothing. And a
smoke test that asks another address than that of what it has started asks the version before.

Bad:

    jobs:
      smoke:
        steps:
          - run: curl --silent --retry 10 http://127.0.0.1:8080/v2/health/ready

Good:

    jobs:
      smoke:
        steps:
          - run: curl --fail --silent --retry 10 http://127.0.0.1:8080/v2/health/ready

Fix: add `--fail`, and compare the answer; judge metrics by a gate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import changes_or_judges, judges, releases, tests, watches
from mlops_spec.platforms.github.workflow.serving import rolls_out, tries
from mlops_spec.platforms.github.workflow.silent_gates import only_printed, says_nothing
from mlops_spec.platforms.github.workflow.unasked import unasked_check
from mlops_spec.platforms.github.workflow.verdict import MILD
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS571"
NAME = "lax-check"
SEVERITY: Severity = "error"

_SERVED = regex(
    r"https?://\S*(health|ready|live|predict|infer|invocations|score|v2/models|v1/models|:8080|:8000|:5000|:3000)"
)
_FAILS = regex(r"-[a-zA-Z]*f[a-zA-Z]*|--fail(-with-body|-early)?")
_JUDGED = regex(
    r"\bjq\b.*(-e|--exit-status)|\bgrep\b|\btest\b|\[ |\[\[|^\s*diff\b|\bcmp\b"
    r"|[=\"]\$\([^\n]*http_code|\bpython|\bawk\b"
)
_LOCAL = regex(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\$)")
#: An error rate of nobody: what `jq` finds in the answer about failures, else 0.
_NOTHING_IS_WELL = regex(
    r"(?i:error|fail|5xx|drift|psi|loss|latency)(?:[^\n]|\\\n){0,400}\bjq\b[^\n|]{0,200}(?:\|[^\n]{0,40})?(?P<default>//\s*[\"']?0\b)"
)
_PAST = frozenset(
    (
        "--skip-gate --skip-gates --skip-checks --skip-validation --skip-tests --no-gate --no-checks --ignore-gate"
        " --ignore-gates --no-validate --force-promote --override-gate --bypass --force"
    ).split()
)


def check(workflow: Workflow) -> Iterator[Finding]:
    told: set[Program] = set()
    for job, step, command in workflow.commands():
        message, hint = _why_lax(step, command, workflow)
        if not message and _asks_what_was_deployed(job, step, command) and _accepts_errors(step, command):
            message, hint = "an answer with status 500 passes this", "add `--fail`"
        if message:
            yield at_command(step, command, message, hint)
        if command.program and command.program not in told and (call := unasked_check(command.program)):
            told.add(command.program)
            message = "this answers by a value, and nothing asks what it found"
            yield in_program(command.program, call, message, "end as failed where it is not so: `sys.exit(1)`")
    for job in workflow.jobs.values():
        for step in job.steps:
            if match := _NOTHING_IS_WELL.search(step.run):
                message = "where there are no numbers this is 0, and nothing counts as no errors"
                yield Finding(
                    step.place, message, "let it end as failed: `jq -e`, without `// 0`", piece=match["default"]
                )
            if line := only_printed(step):
                message = "this prints what the check has found, and ends well whatever that is"
                yield Finding(step.place, message, "end as failed where it is not so: `sys.exit(1)`", piece=line)
            elif why := says_nothing(step):
                yield Finding(step.place, why, "let it end as failed where a metric is worse than a bound")


def _why_lax(step: Step, command: Command, workflow: Workflow) -> tuple[str, str]:
    words = command.words
    if words[:1] == ("curl",) and any(_SERVED.search(word) for word in words):
        return _asked(step, command)
    asks = command.program is not None or (words[:1] and words[0] in _CLIENTS)
    if asks and _is_smoke(step, command) and _accepts_errors(step, command):
        return "an answer with status 500 passes this", _HINTS[command.words[0] in _CLIENTS]
    if _diffs(words) and _named_check(step) and not _judges_otherwise(step, command):
        return "this shows numbers, and fails for none", "judge them by a gate"
    if changes_or_judges(command) and (_optimized(words) or "PYTHONOPTIMIZE" in str(step.data.get("env"))):
        return "`python -O` leaves out every `assert`", "remove it"
    return _passing_option(step, command, workflow)


_TELLS = regex(r"hooks?\.|webhook|slack|discord|teams|pagerduty|opsgenie|api\.github|/releases/|raw\.|sentry|grafana")
_KEPT = frozenset(("-o", "-O", "--output", "--remote-name", "-w", "--write-out"))


def _asks_what_was_deployed(job: Job, step: Step, command: Command) -> bool:
    """Whether `curl` asks for an answer that nothing keeps, behind a command of its job that has brought a version."""
    before = [each for earlier in job.steps[: job.steps.index(step) + 1] for each in earlier.commands]
    words = command.words
    asks = words[:1] == ("curl",) and any("://" in word for word in words)
    told = bool(_TELLS.search(" ".join(words).lower())) or bool(_KEPT & {*words}) or command.lost != ""
    kept = re.search(r"\$\(\s*curl|`curl|\|", step.run) is not None
    return asks and not told and not kept and any(map(rolls_out, before))


def _judges_otherwise(step: Step, command: Command) -> bool:
    return bool(_JUDGED.search(step.run)) or any(judges(each) for each in step.commands if each is not command)


def _passing_option(step: Step, command: Command, workflow: Workflow) -> tuple[str, str]:
    words = command.words
    gated = judges(command) or watches(command)
    if not command.verb and gated and (mild := MILD & set(words)) and not _is_result_read(step, workflow):
        return f"`{min(mild)}` lets it pass whatever it finds", "remove it"
    if not command.verb and (past := _PAST & set(words)) and (releases(command) or judges(command)):
        return f"`{min(past)}` goes past what the checks have found", "remove it"
    if "--allow-errors" in words and ("nbconvert" in words or "nbclient" in words or "execute" in words):
        return "a cell that fails does not fail the notebook", "remove `--allow-errors`"
    if tests(command) and {"--collect-only", "--co"} & set(words):
        return "this lists the tests, and runs none", "remove it"
    return "", ""


def _is_result_read(step: Step, workflow: Workflow) -> bool:
    name = str(step.data.get("id", ""))
    return bool(name) and f"steps.{name}." in workflow.document.text


def _asked(step: Step, command: Command) -> tuple[str, str]:
    words = command.words
    if _accepts_errors(step, command):
        return "an answer with status 500 passes this", "add `--fail`"
    starts = any(command.words[:2] in (("docker", "run"), ("podman", "run")) for command in step.commands)
    address = next((word for word in words if _SERVED.search(word)), "")
    if starts and not _LOCAL.search(address):
        return "this asks another server than the one that this step has started", "ask `http://127.0.0.1`"
    return "", ""


_CLIENTS = {"curl": _FAILS, "http": regex("--check-status"), "https": regex("--check-status")}
_HINTS = "raise where it is none of success: `raise_for_status()`", "add `--fail`, or `--check-status`"
_SMOKE = regex(r"\b(smoke|health|probe|sanity|canary)", re.IGNORECASE)
_REQUEST = regex(r"^(requests|httpx|urllib3)\b.*\.(get|post|request)$")


def _is_smoke(step: Step, command: Command) -> bool:
    """Whether a step is there to see that what was deployed answers, by its name or that of its file."""
    file = (
        command.spot.document.file if command.spot else command.program.python.document.file if command.program else ""
    )
    named = _SMOKE.search(re.sub(r"[_-]", " ", f"{step.data.get('name')} {step.data.get('id')} {file}"))
    return bool(named) and not command.verb and (bool(command.program) or tries(step, command))


def _accepts_errors(step: Step, command: Command) -> bool:
    if command.program:
        asks = any(_REQUEST.match(name) for _, name in command.program.calls)
        return asks and not command.program.fails and command.program.is_alone
    fails = _CLIENTS.get(command.words[0])
    script = command.spot.document.text if command.spot else step.run
    return fails is not None and not any(map(fails.fullmatch, command.words)) and not _JUDGED.search(script)


def _diffs(words: tuple[str, ...]) -> bool:
    return "dvc" in words and words[words.index("dvc") + 1 :][:2] == ("metrics", "diff")


def _named_check(step: Step) -> bool:
    named = f"{step.data.get('name', '')} {step.data.get('id', '')}".lower()
    return bool(re.search(r"gate|check|compare|judge|regress|worse|better|verify|assert", named))


def _optimized(words: tuple[str, ...]) -> bool:
    python = next((place for place, word in enumerate(words) if word.startswith("python")), None)
    return python is not None and words[python + 1 : python + 2] in (("-O",), ("-OO",))
