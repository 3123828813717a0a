"""Copies of a run's workflow files for act, and the variables that hold each job's token and environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.rehearse import stand_ins
from mlops_spec.rehearse.hub import tokens
from mlops_spec.rehearse.hub.permissions import reading
from mlops_spec.rehearse.hub.tokens import JobToken
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS, parse
from mlops_spec.rehearse.translate import Own, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlops_spec.rehearse.events import Event
    from mlops_spec.rehearse.jobs import Plan
    from mlops_spec.rehearse.scopes import Scopes


@dataclass(frozen=True)
class Copies:
    """The copies of a run's workflow files, and the tokens of its jobs; `variables` holds what the copies name."""

    tokens: tuple[JobToken, ...]
    texts: Mapping[str, str]  # by file name
    variables: Mapping[str, str] = field(repr=False)

    def write(self, folder: Path) -> None:
        for name, text in self.texts.items():
            (folder / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Surroundings:
    """What jobs get beside what their workflow gives them.

    `own` tells what the steps of one see in their environment, `scopes` what it sees of secrets and variables, and
    `guarded` whether its environment does not let it in at once.
    """

    own: Callable[[JobToken], Mapping[str, str]]
    scopes: Scopes
    guarded: Callable[[JobToken], bool]


def copies(files: Mapping[str, str], plan: Plan, given: tuple[JobToken, ...], around: Surroundings) -> Copies:
    """The copies of the files of a plan whose jobs have these tokens."""
    own: dict[tuple[str, ...], Own] = {call.ids: Own(calls=_copy(call.file, call.ids)) for call in plan.calls}
    variables: dict[str, str] = {}
    for number, (job, token) in enumerate(zip(plan.jobs, given, strict=True), 1):
        prefix = f"MLOPS_JOB_{number}"
        more = around.own(token)
        values = {
            **{f"secrets.{name}": value for name, value in around.scopes.secrets_of(job, files, plan).items()},
            **{f"vars.{name}": value for name, value in around.scopes.variables_of(job).items()},
        }
        names = {name: f"{prefix}_{name.upper().replace('.', '_')}" for name in (*more, *values)}
        variables |= {prefix: token.value, **{names[name]: value for name, value in {**more, **values}.items()}}
        own[job.ids] = Own(
            prefix,
            environment={name: names[name] for name in more},
            values={name: names[name] for name in values},
            door=job.environment if around.guarded(token) else "",
        )
    root = plan.root
    texts = {root: _translated(files[root], own, ())}
    texts |= {_copy(call.file, call.ids): _translated(files[call.file], own, call.ids) for call in plan.calls}
    return Copies(given, texts, variables)


def tokens_of(plan: Plan, event: Event, title: str, run: int, repository: str) -> tuple[JobToken, ...]:
    """A token for each job of a run of the workflow that is called so."""
    reference = f"{repository}/{WORKFLOWS}/{{}}@{event.ref}"
    return tuple(
        JobToken(
            value=tokens.new(),
            repository=repository,
            run=run,
            event=event.name,
            ref=event.ref,
            sha=event.commit,
            actor=event.actor,
            workflow=title,
            workflow_ref=reference.format(plan.root),
            job="/".join(job.ids),
            job_workflow_ref=reference.format(job.file),
            permissions=reading(job.permissions) if event.untrusted else job.permissions,
            environment=job.environment,
            head_ref=event.head_ref,
            base_ref=event.base_ref,
        )
        for job in plan.jobs
    )


def title_of(text: str, file: str) -> str:
    """What a workflow is called: its path where it has no name."""
    return str(parse(text.encode()).get("name", f"{WORKFLOWS}/{file}"))


def _translated(text: str, own: Mapping[tuple[str, ...], Own], callers: tuple[str, ...]) -> str:
    here = {ids[-1]: each for ids, each in own.items() if ids[:-1] == callers}
    return translate(text, here, stand_ins.token_inputs)


def _copy(file: str, ids: tuple[str, ...]) -> str:
    """A call's own copy: the same workflow, called with other permissions, has other tokens."""
    return f"{file.removesuffix('.yml').removesuffix('.yaml')}.{'.'.join(ids)}.yml"
