"""A workflow that waits for a tag or a release is started by it.

What `GITHUB_TOKEN` makes starts no workflow, so that none starts itself. A tag or a release that a job makes with it
is there, the workflow that deploys it never runs, and nobody is told.

Bad:

    on: {push: {branches: [main]}}
    jobs:
      release:
        timeout-minutes: 15
        permissions: {contents: write}
        steps:
          - run: gh release create "v1.${GITHUB_RUN_NUMBER}" model.tar.gz
            env:
              GH_TOKEN: ${{ github.token }}
    # .github/workflows/deploy.yml
    name: deploy
    on: {push: {tags: ["v*"]}}

Good:

    on: {push: {branches: [main]}}
    jobs:
      release:
        timeout-minutes: 15
        permissions: {contents: write}
        steps:
          - run: gh release create "v1.${GITHUB_RUN_NUMBER}" model.tar.gz
            env:
              GH_TOKEN: ${{ secrets.RELEASES }}
    # .github/workflows/deploy.yml
    name: deploy
    on: {push: {tags: ["v*"]}}

Fix: take the token of an App, or start the other workflow by `gh workflow run` or `workflow_call`.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.options import held
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.typed import mapping, names, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS658"
NAME = "unheard-tag"
SEVERITY: Severity = "error"

_OWN = regex(r"\bgithub\.token\b|\bsecrets\.GITHUB_TOKEN\b", re.IGNORECASE)
#: Actions that make a tag or a release; the inputs and variables that give them a token; what they make.
_ACTIONS = {
    "softprops/action-gh-release": ("release", "tag"),
    "ncipollo/release-action": ("release", "tag"),
    "actions/create-release": ("release", "tag"),
    "marvinpinto/action-automatic-releases": ("release", "tag"),
    "googleapis/release-please-action": ("release", "tag"),
    "google-github-actions/release-please-action": ("release", "tag"),
    "cycjimmy/semantic-release-action": ("release", "tag"),
    "python-semantic-release/python-semantic-release": ("release", "tag"),
    "mathieudutour/github-tag-action": ("tag",),
    "anothrnick/github-tag-action": ("tag",),
    "rickstaa/action-create-tag": ("tag",),
}
_TOKENS = ("token", "github_token", "github-token", "repo_token", "GITHUB_TOKEN", "GH_TOKEN")
_HINT = "take the token of an App, or start it by `gh workflow run` or `workflow_call`"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    waiting = {kind: _waiting(workflow, delivery, kind) for kind in ("release", "tag")}
    for job in workflow.jobs.values() if any(waiting.values()) else ():
        for step in job.steps:
            made = _made_by_action(workflow, job, step)
            heard = next((waiting[kind] for kind in made if waiting[kind]), "")
            if heard:
                yield Finding((*step.address, "uses"), _message(heard), _HINT)
            for command in step.commands:
                made = _made_by_command(workflow, job, step, command)
                if heard := next((waiting[kind] for kind in made if waiting[kind]), ""):
                    yield at_command(step, command, _message(heard), _HINT)


def _message(path: str) -> str:
    return f"what `GITHUB_TOKEN` makes starts no workflow, so {PurePosixPath(path).name} never runs"


def _waiting(workflow: Workflow, delivery: Delivery, kind: str) -> str:
    """A workflow that waits for such an event, and that this one does not start otherwise."""
    if kind == "tag" and "tags" in mapping(workflow.triggers.get("push")):
        return ""  # what made the tag has started the others as well
    for path, other in delivery.workflows.items():
        if other is not workflow and _waits(other, kind) and not _is_started(workflow, other):
            return path
    return ""


def _waits(workflow: Workflow, kind: str) -> bool:
    if kind == "tag":
        push = mapping(workflow.triggers.get("push"))
        return "tags" in push and "branches" not in push
    types = names(mapping(workflow.triggers.get("release")).get("types"))
    return "release" in workflow.triggers and (not types or bool({"published", "created", "released"} & {*types}))


def _is_started(workflow: Workflow, other: Workflow) -> bool:
    called = any(called_path(job.calls) == other.path for job in workflow.jobs.values())
    file, name = PurePosixPath(other.path).name, text(other.data.get("name"))
    by_hand = re.search(
        r"gh workflow run|createWorkflowDispatch|repository[-_]dispatch|/dispatches", workflow.document.text
    )
    asked = text(workflow.data.get("name")) in names(mapping(other.triggers.get("workflow_run")).get("workflows"))
    return (
        called or asked or (by_hand is not None and (file in workflow.document.text or name in workflow.document.text))
    )


def _made_by_action(workflow: Workflow, job: Job, step: Step) -> tuple[str, ...]:
    made = _ACTIONS.get(step.uses.partition("@")[0].lower(), ())
    if not made or text(step.inputs.get("draft")) not in ("", "false"):
        return ()
    given = [text(step.inputs[name]) for name in _TOKENS if name in step.inputs]
    given += [value for name in _TOKENS if (value := held(workflow, job, step, name))]
    return made if all(_OWN.search(value) for value in given) else ()


def _made_by_command(workflow: Workflow, job: Job, step: Step, command: Command) -> tuple[str, ...]:
    said = plain(command)
    if said.startswith("gh release create"):
        token = held(workflow, job, step, "GH_TOKEN") or held(workflow, job, step, "GITHUB_TOKEN") or ""
        return ("release", "tag") if _OWN.search(token) and "--draft" not in command.words else ()
    return ("tag",) if said.startswith("git push") and _pushes_tag(step, command) and _pushes_as_own(job, step) else ()


def _pushes_tag(step: Step, command: Command) -> bool:
    if {"--tags", "--follow-tags", "--mirror"} & {*command.words} or any(
        "refs/tags/" in word for word in command.words
    ):
        return True
    tagged = {word for each in step.commands if each.starts("git", "tag") for word in each.words[2:]}
    return any(word in tagged and not word.startswith("-") for word in command.words[2:])


def _pushes_as_own(job: Job, step: Step) -> bool:
    """Whether a push uses what `actions/checkout` has kept, which is `GITHUB_TOKEN` if it was given no other."""
    before = job.steps[: job.steps.index(step) + 1]
    if any(re.search(r"remote (set-url|add)|extraheader|insteadOf|ssh-(add|agent)", each.run) for each in before):
        return False
    kept = [each for each in before if each.uses_action("actions/checkout")]
    given = [text(each.inputs.get(name)) for each in kept for name in ("token", "ssh-key") if name in each.inputs]
    return bool(kept) and all(_OWN.search(value) for value in given)
