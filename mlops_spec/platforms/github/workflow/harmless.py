"""Jobs that are safe for strangers to start: they run nothing that was sent, and hold nothing to misuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.expression import expressions, names_secret
from mlops_spec.platforms.github.workflow.permissions import permissions
from mlops_spec.platforms.github.workflow.roles import about_models
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

#: The base of a pull request, which is what main trusts.
BASE = (["github.event.pull_request.base.sha"], ["github.event.pull_request.base.ref"], ["github.base_ref"])
#: What a token may write without changing code, a release or what is live.
_SPEECH = frozenset(("pull-requests", "issues", "statuses", "checks", "discussions"))
_OWN_TOKEN = regex(r"\$\{\{\s*(secrets\.GITHUB_TOKEN|github\.token)\s*\}\}", re.IGNORECASE)
_FETCHES = regex(
    r"\bgit\s+(-\S+\s+)*(clone|fetch|pull|checkout|switch|merge|worktree)\b|\bgh\s+pr\s+checkout\b|\bgh\s+repo\s+clone\b"
    r"|/(tarball|zipball)/|\.head\.(sha|ref)[^\n]*\b(curl|wget)\b"
)
_RECEIVES = regex(r"\bgh\s+run\s+download\b|/artifacts/")
#: Programs that read what was sent, and run none of it.
_READERS = frozenset(
    (
        "gh jq grep test [ [[ head tail cat echo printf cut tr wc sort uniq mkdir exit true false cp mv ls unzip"
        " date sleep read export diff"
    ).split()
)


def does_no_harm(workflow: Workflow, job: Job) -> bool:
    """Whether a job only looks and speaks: it checks out and runs nothing of what strangers send, and has no right."""
    return (
        bool(job.steps)
        and not environment(job)
        and _only_comments(workflow, job)
        and not about_models(job)
        and not any(command.verb for command in job.commands)
        and not any(map(_brings_foreign_code, job.steps))
        and (not any(map(_loads_artifact, job.steps)) or all(map(_only_reads, job.steps)))
    )


def _only_comments(workflow: Workflow, job: Job) -> bool:
    given = permissions(workflow, job)
    if given is None or any(level == "write" and scope not in _SPEECH for scope, level in given.items()):
        return False
    return not any(names_secret(_OWN_TOKEN.sub("", value)) for value in _values(workflow, job))


def _values(workflow: Workflow, job: Job) -> Iterator[str]:
    for data in (workflow.data, job.data, *(step.data for step in job.steps)):
        yield from (text(value) for value in mapping(data.get("env")).values())
    for step in job.steps:
        yield step.run
        yield from (text(value) for value in step.inputs.values())


def _brings_foreign_code(step: Step) -> bool:
    if step.uses_action("actions/checkout"):
        sent = [text(step.inputs.get(name)) for name in ("ref", "repository")]
        return any(each and expressions(each) not in BASE for each in sent)
    return bool(_FETCHES.search(step.run)) or step.uses.startswith(("./", "docker://"))


def _loads_artifact(step: Step) -> bool:
    return "download-artifact" in step.uses.lower() or bool(_RECEIVES.search(f"{step.run} {step.inputs}"))


def _only_reads(step: Step) -> bool:
    if step.uses:
        return "download-artifact" in step.uses.lower() or step.uses_action("actions/github-script")
    return all(
        command.words[:1] and (command.words[0] in _READERS or "=" in command.words[0]) for command in step.commands
    )
