"""Conditions that keep strangers out of a run that anybody can start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.condition import Call, demands, tree, walk
from mlops_spec.platforms.github.workflow.flow import holds
from mlops_spec.platforms.github.workflow.harmless import does_no_harm
from mlops_spec.platforms.github.workflow.typed import mapping, names

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.condition import Node
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

_RUN = "github.event.workflow_run."
_MEMBERS = {"OWNER", "MEMBER", "COLLABORATOR"}


def open_to(workflow: Workflow, event: str, main: str) -> str:
    """Why strangers reach what an event starts; empty where each job keeps them out, or does no harm."""
    settings = workflow.triggers[event]

    def missing(condition: str) -> str:
        return _missing(settings, condition, event, main)

    open_ = [job for job in workflow.jobs.values() if not holds(workflow, job, lambda each: not missing(each))]
    if event == "workflow_run":
        open_ = [job for job in open_ if not asked_in_script(workflow, job, "event")]
    return next((missing(job.condition) for job in open_ if not does_no_harm(workflow, job)), "")


def asked_in_script(workflow: Workflow, job: Job, what: str) -> bool:
    """Whether a job, or one that it needs, begins with tests in a script of this of the run that has ended."""
    needed = [workflow.jobs[name] for name in job.needs if name in workflow.jobs]
    first = [each.steps[0] for each in (job, *needed) if each.steps]
    return any(
        f"{_RUN}{what}" in str(step.data.get("env"))
        and not step.condition
        and bool(step.commands)
        and all(command.words[:1] in (("test",), ("[",), ("[[",)) and not command.lost for command in step.commands)
        for step in first
    )


def after_push(job: Job) -> bool:
    """Whether a job starts only after a run that no pull request has started."""
    return any(_is_of_ours(each) for each in demands(tree(job.condition)))


def after_success(condition: str) -> bool:
    """Whether a condition holds only after a run that has succeeded."""
    return any(map(_asks_for_success, demands(tree(condition))))


def _asks_for_success(node: Node) -> bool:
    if isinstance(node, Call) and node.name == "||":
        return all(_asks_for_success(each) or "github.event_name" in str(each) for each in node.arguments)
    return _equals(node, _RUN + "conclusion", "success")


def _missing(settings: object, condition: str, event: str, main: str) -> str:
    asked = list(demands(tree(condition)))
    if event in ("issue_comment", "discussion_comment"):
        return "" if any(map(_admits_members_only, asked)) else "nothing asks who has written"
    if event != "workflow_run":
        return "it runs on what strangers send"
    branches = names(mapping(settings).get("branches"))
    if not any(map(_is_of_ours, asked)):
        return "also after a run that a pull request, perhaps a fork's, has started"
    if branches != [main] and not any(_equals(each, _RUN + "head_branch", main) for each in asked):
        return f"also after a run of another branch than `{main}`"
    return ""


def _is_of_ours(node: Node) -> bool:
    if isinstance(node, Call) and node.name == "||":
        return all(map(_is_of_ours, node.arguments))
    started = [_equals(node, _RUN + "event", event) for event in ("push", "schedule", "workflow_dispatch", "release")]
    return any(started)


def _admits_members_only(node: Node) -> bool:
    if isinstance(node, Call) and node.name == "||":
        return all(map(_admits_members_only, node.arguments))
    if not isinstance(node, Call) or not re.search(r"author_association|github\.actor\b|sender\.login", str(node)):
        return False
    texts = {text for each in walk(node) for text in re.findall(r"[A-Za-z_-]+", getattr(each, "value", ""))}
    if "author_association" in str(node):
        return node.name in ("==", "contains") and bool(texts) and texts <= _MEMBERS
    return node.name in ("==", "contains") and bool(texts)


def _equals(node: Node, path: str, value: str) -> bool:
    if not isinstance(node, Call) or node.name != "==":
        return False
    return {getattr(each, "path", None) or getattr(each, "value", None) for each in node.arguments} == {path, value}
