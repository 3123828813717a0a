"""The planned jobs of a run, each with its permissions, and the errors for which GitHub would not start the run.

The checks and their words are those of GitHub's own parser of workflows:
https://github.com/actions/runner/tree/main/src/Sdk/WorkflowParser/Conversion
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.regex import regex
from mlops_spec.rehearse import names
from mlops_spec.rehearse.hub import permissions
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlops_spec.rehearse.hub.permissions import Permissions

_SECRET = regex(r"\$\{\{\s*secrets\.(\w+)\s*\}\}", re.IGNORECASE)
_PICKED = regex(r"\$\{\{\s*(matrix\.\w+)\s*\}\}")
_DEEPEST = 10  # workflows that call one another


@dataclass(frozen=True)
class PlannedJob:
    """A job with steps: the ids of the jobs that called its workflow and its own, and the name of its file."""

    ids: tuple[str, ...]
    file: str
    environment: str
    permissions: Permissions
    picks: str = ""  # the expression of its matrix that says the environment: then there is one of these for each


@dataclass(frozen=True)
class Call:
    """A job that is a called workflow: its ids, and the name of the file that it calls."""

    ids: tuple[str, ...]
    file: str


@dataclass(frozen=True)
class Plan:
    """What a run of the workflow file `root` consists of; with a problem it does not start."""

    root: str
    jobs: tuple[PlannedJob, ...]
    calls: tuple[Call, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """What a workflow may give its jobs: permissions, unless they say otherwise, and secrets, by their names."""

    permissions: Permissions
    secrets: frozenset[str] = frozenset()
    environments: tuple[str, ...] = ()  # of the repository: those that a matrix may pick


def plan(files: Mapping[str, str], name: str, given: Given, *, repository: str, commit: str) -> Plan:
    """The plan of the workflow `name` out of the texts of all workflow files."""
    return _Planner(files, f"{repository}/{{}}@{commit}").plan(name, given)


def called_file(uses: str) -> str:
    """The name of the workflow file that a job calls in its own repository; empty where it is another's."""
    path = PurePosixPath(uses.removeprefix("./").removeprefix("$/"))
    return path.name if path.parent == WORKFLOWS and uses[:2] in ("./", "$/") else ""


class _Planner:
    def __init__(self, files: Mapping[str, str], reference: str) -> None:
        self._files, self._reference = files, reference

    def plan(self, name: str, given: Given) -> Plan:
        found = list(self._walk(name, (), given))
        jobs, calls, problems = (tuple(x for x in found if isinstance(x, k)) for k in (PlannedJob, Call, str))
        return Plan(name, jobs, calls, problems)  # type: ignore[arg-type]

    def _walk(self, name: str, callers: tuple[str, ...], given: Given) -> Iterator[PlannedJob | Call | str]:
        yield from (f"{WORKFLOWS / name} {said}" for said in names.refused(self._files[name]))
        workflow = parse(self._files[name].encode())
        own = _permissions(workflow, given.permissions)
        for job_id, job in workflow["jobs"].items():
            ids, granted = (*callers, job_id), _permissions(job, own)
            if "uses" not in job:
                yield from _planned(ids, name, job, granted, given.environments)
                continue
            file = called_file(job["uses"])
            passed = replace(
                given, permissions=granted, secrets=_passed_secrets(job.get("secrets") or {}, given.secrets)
            )
            problems = list(self._call_problems(name, job_id, job, passed))
            yield from problems
            if not problems and len(ids) <= _DEEPEST:
                yield Call(ids, file)
                yield from self._walk(file, ids, passed)

    def _call_problems(self, name: str, job_id: str, job: dict[str, Any], given: Given) -> Iterator[str]:
        file = called_file(job["uses"])
        marks, place = _Marks(self._files[name]), f"{WORKFLOWS / name}"
        if file not in self._files:
            where = marks.of_value("jobs", job_id, "uses")
            yield f"{place} {where}: error parsing called workflow `{job['uses']}`: workflow was not found."
            return
        callee = parse(self._files[file].encode())
        if "workflow_call" not in callee.get("on", {}):
            where = marks.of_value("jobs", job_id, "uses")
            yield (
                f"{place} {where}: error parsing called workflow `{job['uses']}`: workflow is not reusable as it is "
                "missing a `on.workflow_call` trigger"
            )
            return
        where = marks.of_key("jobs", job_id)
        for said in self._asks_for_more(callee, given.permissions):
            yield f"{place} {where}: Error calling workflow '{self._reference.format(WORKFLOWS / file)}'. {said}"
        for kind, key in (("input", "with"), ("secret", "secrets")):
            declared = _declared(callee, f"{kind}s")
            passed = job.get(key) or {}
            # an empty secret is none: that of an environment is, outside of it
            has = given.secrets if kind == "secret" else passed
            for missing in _missing(declared, has):
                where = marks.of_value("jobs", job_id, "uses")
                yield f"{place} {where}: {kind.capitalize()} {missing} is required, but not provided while calling."
            for unknown in _unknown(declared, passed) if passed != "inherit" else ():
                where = marks.of_value("jobs", job_id, key, unknown)
                yield f"{place} {where}: Invalid {kind}, {unknown} is not defined in the referenced workflow."

    def _asks_for_more(self, callee: dict[str, Any], granted: Permissions) -> Iterator[str]:
        asking = [
            ("The workflow", callee),
            *((f"The nested job '{name}'", job) for name, job in callee["jobs"].items()),
        ]
        for who, what in asking:
            if "permissions" not in what:
                continue
            found = permissions.beyond(permissions.written(what["permissions"]), granted)
            if found:
                asked = ", ".join(f"{scope}: {level}" for scope, level, _ in found)
                allowed = ", ".join(f"{scope}: {limit}" for scope, _, limit in found)
                yield f"{who} is requesting '{asked}', but is only allowed '{allowed}'."


def _passed_secrets(written: Any, known: frozenset[str]) -> frozenset[str]:
    if written == "inherit":
        return known
    sources = ((name, _SECRET.fullmatch(str(value).strip())) for name, value in written.items())
    return frozenset(name.upper() for name, source in sources if source is None or source[1].upper() in known)


def _permissions(written: dict[str, Any], otherwise: Permissions) -> Permissions:
    return permissions.written(written["permissions"]) if "permissions" in written else otherwise


def _planned(
    ids: tuple[str, ...], file: str, job: dict[str, Any], granted: Permissions, known: Iterable[str]
) -> Iterator[PlannedJob]:
    written = environment_of(job)
    picked = _PICKED.fullmatch(written)
    if picked is None:
        yield PlannedJob(ids, file, written, granted)
        return
    for environment in known:
        yield PlannedJob(ids, file, environment, granted, picked[1])


def environment_of(job: dict[str, Any]) -> str:
    written = job.get("environment", "")
    return str(written.get("name", "") if isinstance(written, dict) else written)


def _declared(callee: dict[str, Any], kind: str) -> dict[str, Any]:
    on = callee["on"]
    call = on.get("workflow_call") if isinstance(on, dict) else None
    declared: dict[str, Any] = (call or {}).get(kind) or {}
    return declared


def _missing(declared: dict[str, Any], passed: Iterable[str]) -> list[str]:
    given = {name.lower() for name in passed}
    return [
        name for name, what in declared.items() if name.lower() not in given and (what or {}).get("required") == "true"
    ]


def _unknown(declared: dict[str, Any], passed: Iterable[str]) -> list[str]:
    known = {name.lower() for name in declared}
    return [name for name in passed if name.lower() not in known]


class _Marks:
    def __init__(self, text: str) -> None:
        self._root = yaml.compose(text, Loader=yaml.CSafeLoader)

    def of_key(self, *path: str) -> str:
        return self._said(self._find(path)[0])

    def of_value(self, *path: str) -> str:
        return self._said(self._find(path)[1])

    def _find(self, path: tuple[str, ...]) -> tuple[yaml.Node, yaml.Node]:
        node: Any = self._root
        key = node
        for name in path:
            key, node = next((key, value) for key, value in node.value if key.value == name)
        return key, node

    def _said(self, node: yaml.Node) -> str:
        return f"(Line: {node.start_mark.line + 1}, Col: {node.start_mark.column + 1})"
