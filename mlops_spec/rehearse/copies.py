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
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.rehearse.events import Event
    from mlops_spec.rehearse.jobs import Plan, PlannedJob
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
    legs: dict[tuple[str, ...], list[tuple[PlannedJob, JobToken]]] = {}
    for job, token in zip(plan.jobs, given, strict=True):
        legs.setdefault(job.ids, []).append((job, token))
    for number, (ids, each) in enumerate(legs.items(), 1):
        own[ids], values = _own(f"MLOPS_JOB_{number}", each, files, plan, around)
        variables |= values
    root = plan.root
    texts = {root: _translated(files[root], own, ())}
    texts |= {_copy(call.file, call.ids): _translated(files[call.file], own, call.ids) for call in plan.calls}
    return Copies(given, texts, variables)


def _own(
    prefix: str,
    legs: Sequence[tuple[PlannedJob, JobToken]],
    files: Mapping[str, str],
    plan: Plan,
    around: Surroundings,
) -> tuple[Own, dict[str, str]]:
    """What a job has for itself, and the variables that hold it: of a matrix of environments, those of each."""
    picks = legs[0][0].picks
    held = [_values(job, token, files, plan, around) for job, token in legs]
    more = {name for environment, _ in held for name in environment}
    names = {name: f"{prefix}_{name.upper().replace('.', '_')}" for each in held for name in (*each[0], *each[1])}
    ends = [f"_{job.environment}" if picks else "" for job, _ in legs]
    variables: dict[str, str] = {}
    for (environment, values), (_, token), end in zip(held, legs, ends, strict=True):
        shared = dict.fromkeys(names, "") | environment | values
        variables |= {f"{prefix}{end}": token.value, **{f"{names[name]}{end}": shared[name] for name in names}}
    doors = [job.environment for job, token in legs if around.guarded(token)]
    return (
        Own(
            prefix,
            environment={name: names[name] for name in names if name in more},
            values={name: names[name] for name in names if name not in more},
            door=doors[0] if doors else "",
            picks=picks,
        ),
        variables,
    )


def _values(
    job: PlannedJob, token: JobToken, files: Mapping[str, str], plan: Plan, around: Surroundings
) -> tuple[dict[str, str], dict[str, str]]:
    scoped = {
        **{f"secrets.{name}": value for name, value in around.scopes.secrets_of(job, files, plan).items()},
        **{f"vars.{name}": value for name, value in around.scopes.variables_of(job).items()},
    }
    return dict(around.own(token)), scoped


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
