"""The form that GitHub demands of a workflow: its keys, those that must be there, and the types of their values.

A file of another form starts nothing. The source is GitHub's own schema, and its words are those of GitHub's reader:
https://github.com/actions/languageservices/blob/main/workflow-parser/src/workflow-v1.0.json
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlops_spec.document.diagnostic import Address

    Form = Callable[["Address", Any], Iterator["Unfit"]]

_ID = regex(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
_OTHER_STEPS = ("cancel", "parallel", "wait", "wait-all")  # what a step may be beside a script and an action
_EXCLUSIVE = (("branches", "branches-ignore"), ("paths", "paths-ignore"), ("tags", "tags-ignore"))


class Unfit(NamedTuple):
    """A place that is not as GitHub wants it: what GitHub says, and what would be right."""

    address: Address
    said: str
    hint: str = ""
    at_key: bool = False


def unfit(workflow: Any) -> Iterator[Unfit]:
    """Every place of a workflow's data that has another form than GitHub reads."""
    yield from _WORKFLOW((), workflow)
    if isinstance(workflow, dict):
        yield from _of_events(workflow.get("on"))


@dataclass(frozen=True)
class _Section:
    """A mapping of just these keys."""

    keys: Mapping[str, Form]
    required: tuple[str, ...] = ()

    def __call__(self, address: Address, value: Any) -> Iterator[Unfit]:
        if not isinstance(value, dict):
            yield from _other_type(address, value)
            return
        for key, each in value.items():
            if key not in self.keys:
                yield Unfit((*address, key), f"Unexpected value '{key}'", _one_of(self.keys), at_key=True)
            elif each is not None:
                yield from self.keys[key]((*address, key), each)
        for name in self.required:
            if name not in value:
                yield Unfit(address, f"Required property is missing: {name}", f"add `{name}`", at_key=True)


def _one_of(keys: Mapping[str, Form]) -> str:
    return f"one of {', '.join(f'`{key}`' for key in sorted(keys))}"


def _other_type(address: Address, value: Any) -> Iterator[Unfit]:
    if isinstance(value, dict | list):
        yield Unfit(address, f"A {'mapping' if isinstance(value, dict) else 'sequence'} was not expected")
    elif value is not None and not (isinstance(value, str) and "${{" in value):
        yield Unfit(address, f"Unexpected value '{value}'")


def _any(_address: Address, _value: Any) -> Iterator[Unfit]:
    """What other rules look at, or any value at all."""
    return iter(())


def _scalar(address: Address, value: Any) -> Iterator[Unfit]:
    if isinstance(value, dict | list):
        yield from _other_type(address, value)


def _number(address: Address, value: Any) -> Iterator[Unfit]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield from _other_type(address, value)


def _truth(address: Address, value: Any) -> Iterator[Unfit]:
    if not isinstance(value, bool):
        yield from _other_type(address, value)


def _scalars(address: Address, value: Any) -> Iterator[Unfit]:
    """One scalar, or a list of them."""
    for index, each in enumerate(value) if isinstance(value, list) else ():
        yield from _scalar((*address, index), each)
    if isinstance(value, dict):
        yield from _other_type(address, value)


def _id(address: Address, value: Any) -> Iterator[Unfit]:
    yield from _scalar(address, value)
    if isinstance(value, str) and not _ID.fullmatch(value):
        said = (
            f"The identifier '{value}' is invalid. IDs may only contain alphanumeric characters, '_', and '-'. "
            "IDs must start with a letter or '_' and must be less than 100 characters."
        )
        yield Unfit(address, said)


def _each(form: Form) -> Form:
    """A mapping of any names to values of one form."""

    def of(address: Address, value: Any) -> Iterator[Unfit]:
        for name, each in value.items() if isinstance(value, dict) else ():
            yield from form((*address, name), each)
        if not isinstance(value, dict):
            yield from _other_type(address, value)

    return of


def _or_scalar(form: Form) -> Form:
    """A scalar, or what is written at more length."""
    return lambda address, value: (form if isinstance(value, dict | list) else _scalar)(address, value)


def _jobs(address: Address, value: Any) -> Iterator[Unfit]:
    for name, job in value.items() if isinstance(value, dict) else ():
        place = (*address, name)
        yield from (each._replace(at_key=True) for each in _id(place, name))
        yield from (_CALL if isinstance(job, dict) and "uses" in job else _JOB)(place, job)
    if not isinstance(value, dict) or not value:
        yield Unfit(address, "Unexpected value ''" if not value else f"Unexpected value '{value}'", at_key=True)


def _steps(address: Address, value: Any) -> Iterator[Unfit]:
    if not isinstance(value, list):
        yield from _other_type(address, value)
        return
    for index, step in enumerate(value):
        if isinstance(step, dict) and any(name in step for name in _OTHER_STEPS):
            continue
        form = _ACTION if isinstance(step, dict) and "uses" in step and "run" not in step else _SCRIPT
        yield from form((*address, index), step)


def _of_events(on: Any) -> Iterator[Unfit]:
    for event, settings in on.items() if isinstance(on, dict) else ():
        for one, other in _EXCLUSIVE if isinstance(settings, dict) else ():
            if one in settings and other in settings:
                said = f"you may only define one of `{one}` and `{other}` for a single event"
                yield Unfit(("on", event, other), said, f"write `!` before a pattern of `{one}`", at_key=True)
        if event == "workflow_call" and settings is not None:
            yield from _CALLABLE(("on", event), settings)
            yield from _of_reserved_secrets(("on", event, "secrets"), settings)


def _of_reserved_secrets(address: Address, settings: Any) -> Iterator[Unfit]:
    declared = settings.get("secrets") if isinstance(settings, dict) else None
    for name in declared if isinstance(declared, dict) else ():
        if str(name).upper().startswith("GITHUB_"):
            said = f"secret name `{name}` within `workflow_call` can not be used since it would collide with system"
            yield Unfit((*address, name), f"{said} reserved name", "give it another name", at_key=True)


_TEXTS = _each(_scalar)
_DEFAULTS = _Section({"run": _Section({"shell": _scalar, "working-directory": _scalar})})
_GROUP = _Section({"group": _scalar, "cancel-in-progress": _truth, "queue": _scalar}, required=("group",))
_IMAGE = {"image": _scalar, "env": _TEXTS, "ports": _any, "volumes": _any, "options": _scalar, "credentials": _TEXTS}
_OF_ANY_JOB: dict[str, Form] = {
    **dict.fromkeys(("name", "if"), _scalar),
    "needs": _scalars,
    "permissions": _any,
    "concurrency": _or_scalar(_GROUP),
    "strategy": _Section({"matrix": _any, "fail-fast": _truth, "max-parallel": _number}),
}
_RUNNERS = _Section({"group": _scalar, "labels": _scalars})
_JOB = _Section(
    {
        **_OF_ANY_JOB,
        "runs-on": lambda address, value: (_RUNNERS if isinstance(value, dict) else _scalars)(address, value),
        "environment": _or_scalar(
            _Section({"name": _scalar, "url": _scalar, "deployment": _truth}, required=("name",))
        ),
        "timeout-minutes": _number,
        "cancel-timeout-minutes": _number,
        "continue-on-error": _truth,
        "env": _TEXTS,
        "outputs": _TEXTS,
        "defaults": _DEFAULTS,
        "container": _or_scalar(_Section(_IMAGE)),
        "services": _each(_Section({**_IMAGE, "command": _scalar, "entrypoint": _scalar})),
        "steps": _steps,
        "snapshot": _any,
        "cache-mode": _any,
    },
    required=("runs-on", "steps"),
)
_CALL = _Section({**_OF_ANY_JOB, "uses": _scalar, "with": _TEXTS, "secrets": _or_scalar(_TEXTS), "cache-mode": _any})
_OF_ANY_STEP: dict[str, Form] = {
    "id": _id,
    **dict.fromkeys(("name", "if"), _scalar),
    "env": _TEXTS,
    "continue-on-error": _truth,
    "timeout-minutes": _number,
    "background": _truth,
}
_SCRIPT = _Section({**_OF_ANY_STEP, "run": _scalar, "shell": _scalar, "working-directory": _scalar}, required=("run",))
_ACTION = _Section({**_OF_ANY_STEP, "uses": _scalar, "with": _TEXTS})
_CALLABLE = _Section(
    {
        "inputs": _each(
            _Section(
                {"type": _scalar, "description": _scalar, "required": _truth, "default": _scalar}, required=("type",)
            )
        ),
        "secrets": _each(_or_scalar(_Section({"description": _scalar, "required": _truth}))),
        "outputs": _each(_Section({"description": _scalar, "value": _scalar}, required=("value",))),
    }
)
_WORKFLOW = _Section(
    {
        **dict.fromkeys(("name", "description", "run-name"), _scalar),
        **dict.fromkeys(("on", "permissions", "cache-mode"), _any),
        "defaults": _DEFAULTS,
        "env": _TEXTS,
        "concurrency": _or_scalar(_GROUP),
        "jobs": _jobs,
    },
    required=("on", "jobs"),
)
