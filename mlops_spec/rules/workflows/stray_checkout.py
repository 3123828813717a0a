"""The commit that is judged is the one that started the run.

A `ref` of another branch trains and judges code that nobody has asked about: a check of a pull request that looks at
`main` is green whatever the pull request does, and a branch that nobody has reviewed makes the model. A branch's name
means what was pushed last, which may be newer than what was judged; so does `github.sha` behind a `workflow_run`.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      judge:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {ref: main, persist-credentials: false}
          - run: uv run --no-sync python -m credit.evaluate --model build/model --rows build/data/test.parquet

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      judge:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - run: uv run --no-sync python -m credit.evaluate --model build/model --rows build/data/test.parquet

Fix: leave `ref` out; behind a `workflow_run` write `github.event.workflow_run.head_sha`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import events
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST
from mlops_spec.platforms.github.workflow.roles import about_models, evaluates, judges, releases, releasing, trains
from mlops_spec.platforms.github.workflow.sign_in import identities
from mlops_spec.platforms.github.workflow.typed import mapping, names, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS576"
NAME = "stray-checkout"
SEVERITY: Severity = "error"

_FIXED = regex(r"[0-9a-f]{40}|refs/tags/.*|v?\d[\w.-]*")
_BASE = regex(r"github\.base_ref|pull_request\.base\.(ref|sha)|default_branch")
_CHOSEN = regex(r"\b(github\.event\.)?inputs\.[\w-]*(ref|branch)[\w-]*|client_payload\.[\w-]*(ref|branch)|\bvars\.")
_HINT = "leave `ref` out, so that the commit is taken which started the run"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    started = events(delivery, workflow)
    for job in workflow.jobs.values():
        if "workflow_run" in started and started <= {"workflow_run", "workflow_dispatch"}:
            yield from _head_of_main(job)
        if not about_models(job):
            continue
        checkouts = [step for step in job.steps if step.uses_action("actions/checkout") and "path" not in step.inputs]
        compared = len(checkouts) > 1 or sum(_commit_switched_to(command) != "" for command in job.commands) > 1
        for step in checkouts:
            ref = text(step.inputs.get("ref"))
            if (
                ref
                and not compared
                and not ("refs/pull/" in ref and identities(job))
                and (why := _why_stray(ref, started, workflow, delivery.main))
            ):
                yield Finding((*step.address, "with", "ref"), why, _HINT)
        if not compared and started & {*PULL_REQUEST, "push", "merge_group"}:
            yield from _moving_commands(job)


_HEAD_OF_MAIN = regex(r"\$\{\{\s*github\.sha\s*\}\}|\$\{?GITHUB_SHA\b\}?")


def _head_of_main(job: Job) -> Iterator[Finding]:
    """What names a result of the run that is waited for by the newest commit of the default branch."""
    message = "behind a `workflow_run` this is the newest commit, which may not have been built or judged yet"
    hint = "write `github.event.workflow_run.head_sha`"
    steps = [step for step in job.steps if releasing(step) and not _by_hand(f"{job.condition} {step.condition}")]
    given = [((*step.address, name), step.data.get(name)) for step in steps for name in ("env", "with")]
    given += [((*job.address, "env"), job.data.get("env"))] if steps else []
    for address, values in given:
        for name, value in mapping(values).items():
            if match := _HEAD_OF_MAIN.search(text(value)):
                yield Finding((*address, name), message, hint, piece=match[0])
    for step in steps:
        if match := _HEAD_OF_MAIN.search(step.run):
            yield Finding(step.place, message, hint, piece=match[0])


def _by_hand(condition: str) -> bool:
    return "workflow_dispatch" in condition and "workflow_run" not in condition


def _why_stray(ref: str, started: Collection[str], workflow: Workflow, main: str) -> str:
    pull_request = bool(PULL_REQUEST & {*started})
    if "${{" in ref:
        return _of_expression(ref, started, pull_request=pull_request)
    branch = ref.removeprefix("refs/heads/")
    if _FIXED.fullmatch(ref) or branch in names(mapping(workflow.triggers.get("push")).get("branches")) != [main]:
        return ""
    if pull_request:
        return f"this looks at `{branch}`, and not at the pull request"
    if branch != main:
        return f"this takes `{branch}`, and `{main}` is what is reviewed and released"
    return f"`{branch}` may be newer than the commit that started the run" if "push" in started else ""


def _of_expression(ref: str, started: Collection[str], *, pull_request: bool) -> str:
    if pull_request and _BASE.search(ref) and "head" not in ref:
        return "this looks at the base, and not at the pull request"
    if "workflow_run.head_branch" in ref:
        return "the branch may have moved on since the run that is waited for"
    if _CHOSEN.search(ref):
        return "whoever starts this chooses the code, reviewed or not"
    if "refs/pull/" in ref and {"issue_comment", "workflow_dispatch"} & {*started}:
        return "this takes what was pushed to a pull request last, also behind whoever has looked at it"
    return ""


def _moving_commands(job: Job) -> Iterator[Finding]:
    moved: tuple[Step, Command] | None = None
    for step in job.steps:
        for command in step.commands:
            if to := _commit_switched_to(command):
                moved, where = (step, command), to
            elif moved and any(role(command) for role in (trains, evaluates, judges, releases)):
                message = f"what comes behind this works on {where}, and not on the commit that started the run"
                yield at_command(*moved, message, "take it out")
                moved = None


def _commit_switched_to(command: Command) -> str:
    words = [word for word in command.words if word != "-q"]
    if words[:2] == ["git", "pull"]:
        return "what was pushed last"
    if words[:3] == ["git", "reset", "--hard"] and words[3:4] and words[3].startswith("origin/"):
        return f"`{words[3]}`"
    if words[:2] not in (["git", "checkout"], ["git", "switch"]) or len(words) != 3:
        return ""
    target = words[2]
    return "" if re.search(r"^[-.$]|/.*\.|\.\w+$|SHA", target) else f"`{target}`"
