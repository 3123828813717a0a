"""Reads the workflows that have to do with a model, with what they call in the same repository."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.platforms.github.workflow.command import Command, Spot, commands
from mlops_spec.platforms.github.workflow.expansion import unfolded
from mlops_spec.platforms.github.workflow.expression import may_skip
from mlops_spec.platforms.github.workflow.files import FOLDER
from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow
from mlops_spec.platforms.github.workflow.shell_state import started
from mlops_spec.platforms.github.workflow.typed import items, mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.document import Document
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

_ACTION_FILES = ("action.yml", "action.yaml")
_DEPTH = 5  # composite actions that use composite actions; GitHub allows ten


def read(
    documents: Mapping[str, Document],
    spec: Spec | Shared | None = None,
    *,
    every: bool = False,
    sources: Mapping[str, Document] | None = None,
) -> Delivery:
    """The workflows among `documents` (by path from the root), with their commands; without `every`, only ours.

    `sources` are the files that their commands may run, by path.

    Ours is what we rendered, what runs one of our commands, and what one of these calls.
    """
    actions = {path: each for path, each in documents.items() if _is_action(PurePosixPath(path))}
    around = Around(actions, sources or {})
    found = {path: _workflow(path, each, around) for path, each in documents.items() if path not in actions}
    named = {path: text(each.data.get("name")) or path for path, each in found.items()}
    if not every:
        kept = {path for path, each in found.items() if _is_ours(each)}
        called = {called_path(job.calls) for path in kept for job in found[path].jobs.values()}
        callers = {path for path, each in found.items() for job in each.jobs.values() if called_path(job.calls) in kept}
        found = {path: each for path, each in found.items() if path in kept | called | callers}
    return Delivery(found, spec, named, sources=sources or {})


class Around(NamedTuple):
    """The files of the repository that a step may use: its composite actions, and what commands run."""

    actions: Mapping[str, Document]
    sources: Mapping[str, Document]


def called_path(uses: str) -> str:
    """The path of a workflow or an action of the same repository; empty for any other.

    >>> called_path("$/.github/workflows/mlops-train.yml")
    '.github/workflows/mlops-train.yml'
    """
    return str(PurePosixPath(uses[2:])) if uses.startswith(("./", "$/")) else ""


def _is_action(path: PurePosixPath) -> bool:
    return path.name in _ACTION_FILES and path.parent != PurePosixPath(FOLDER)


def _is_ours(workflow: Workflow) -> bool:
    if workflow.generated:
        return True
    return any(command.verb for job in workflow.jobs.values() for command in job.commands)


def _workflow(path: str, document: Document, around: Around) -> Workflow:
    data = mapping(document.data)
    by_default = _default(data, "shell"), _default(data, "working-directory")
    jobs = {
        name: Job(name, ("jobs", name), mapping(job), tuple(_steps(name, mapping(job), by_default, around)))
        for name, job in mapping(data.get("jobs")).items()
    }
    return Workflow(path, document, jobs)


def _steps(job: str, data: Mapping[str, Any], by_default: tuple[str, str], around: Around) -> Iterator[Step]:
    shell, folder = by_default
    shell, folder = _default(data, "shell") or shell, _default(data, "working-directory") or folder
    for number, each in enumerate(items(data.get("steps"))):
        step = mapping(each)
        where = text(step.get("working-directory")) or folder
        found = unfolded(_commands(step, shell, around.actions, _DEPTH), around.sources, where)
        yield Step(("jobs", job, "steps", number), step, tuple(found))


def _default(data: Mapping[str, Any], key: str) -> str:
    return text(mapping(mapping(data.get("defaults")).get("run")).get(key))


def _commands(step: Mapping[str, Any], shell: str, actions: Mapping[str, Document], depth: int) -> Iterator[Command]:
    if script := text(step.get("run")):
        yield from commands(script, started(text(step.get("shell")) or shell))
    elif depth and (action := _action(text(step.get("uses")), actions)):
        inner = mapping(action.data).get("runs")
        for number, each in enumerate(map(mapping, items(mapping(inner).get("steps")))):
            tolerated = text(each.get("continue-on-error")) not in ("", "false")
            condition = text(each.get("if"))
            for command in _commands(each, shell, actions, depth - 1):
                place = action.piece(("runs", "steps", number, "run"), command.piece, command.earlier)
                place = place or action.place(("runs", "steps", number, "run"))
                yield command._replace(
                    piece="",
                    spot=command.spot or Spot(action, place),
                    lost=command.lost or ("`continue-on-error` in the action takes it away" if tolerated else ""),
                    skipped=command.skipped or _why_skipped(condition),
                )


def _why_skipped(condition: str) -> str:
    return f"in the action it runs only if `{condition}`" if may_skip(condition) else ""


def _action(uses: str, actions: Mapping[str, Document]) -> Document | None:
    folder = called_path(uses)
    return next(
        (actions[f"{folder}/{name}"] for name in _ACTION_FILES if folder and f"{folder}/{name}" in actions), None
    )
