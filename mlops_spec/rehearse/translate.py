"""Translates a workflow for act: what act can't read or do is written in another way, and nothing else differs.

act 0.2.89 rejects three words, and knows one token for all jobs. In the copy each job names a token of its own, which
the run's variables hold, and each call names a copy of the called workflow of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.regex import regex
from mlops_spec.rehearse import door
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS
from mlops_spec.rehearse.jobs import called_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

# act's schema has no `queue`; it runs one workflow at a time, so that nothing is ever queued or dropped
_QUEUE = regex(r"^ +queue: (?:max|single)(?: +#.*)?\n", re.MULTILINE)
# `$/` is the repository's own root at the commit of the run, which is what `./` is too once it is checked out
_OWN_ROOT = regex(r"^( +(?:- )?uses: )\$/(?=\.github/workflows/)", re.MULTILINE)
_EXPRESSION = regex(r"\$\{\{.*?\}\}", re.DOTALL)
_TOKEN = regex(
    r"\bgithub\s*(?:\.\s*token\b|\[\s*'token'\s*\])|\bsecrets\s*(?:\.\s*GITHUB_TOKEN\b|\[\s*'GITHUB_TOKEN'\s*\])",
    re.IGNORECASE,
)
_Edit = tuple[int, int, str]  # from, to, what stands there instead


@dataclass(frozen=True)
class Own:
    """What one job of the copy has for itself.

    `token` is the variable that holds its token, `environment` leads from what its steps see to the variable that holds
    the value, and `calls` is the file that it calls instead of the one it names. `values` leads from a secret or a
    variable, as in `secrets.NAME`, to the variable that holds what its environment makes of it; `door` is the name of
    an environment that lets nobody in unasked. Where the job's matrix says its environment, `picks` is how, and the
    variables end with the name of the environment.
    """

    token: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    calls: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    door: str = ""
    picks: str = ""

    def variable(self, name: str) -> str:
        """How an expression names a variable of its own."""
        return f"vars[format('{name}_{{0}}', {self.picks})]" if self.picks else f"vars.{name}"

    def value(self, name: str) -> str:
        """The expression by itself, as a value of YAML."""
        return f'"${{{{ {self.variable(name)} }}}}"'


def translate(workflow: str, own: Mapping[str, Own], defaults: Callable[[str], Collection[str]]) -> str:
    """The text without `concurrency.queue`, `$/` as `./`, and each job with what is its own.

    `defaults` tells which inputs of an action (as `uses` names it) are the job's token where a step gives none.
    """
    text = _without_deployment(_QUEUE.sub("", workflow))
    for of_job in (_doors, partial(_own, defaults=defaults)):
        text = _edited(text, of_job, own)
    return _OWN_ROOT.sub(r"\1./", text)


def _without_deployment(text: str) -> str:
    """act's schema has no `environment.deployment`, and makes no deployments either."""
    jobs = _items(_value(yaml.compose(text, Loader=yaml.CSafeLoader), "jobs"))
    for _, job in reversed(jobs):
        items = _items(_value(job, "environment"))
        at = next((at for at, (key, _) in enumerate(items) if key.value == "deployment"), None)
        if at is not None and len(items) > 1:
            (key, value), first = items[at], at == 0
            start = key.start_mark.index if first else items[at - 1][1].end_mark.index
            end = items[1][0].start_mark.index if first else value.end_mark.index
            text = text[:start] + text[end:]
    return text


def _edited(text: str, of_job: Callable[[str, Any, Own], Iterator[_Edit]], own: Mapping[str, Own]) -> str:
    jobs = _items(_value(yaml.compose(text, Loader=yaml.CSafeLoader), "jobs"))
    edits = [edit for key, job in jobs if key.value in own for edit in of_job(text, job, own[key.value])]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _doors(text: str, job: yaml.MappingNode, own: Own) -> Iterator[_Edit]:
    steps = _value(job, "steps")
    if steps is None or not (own.door or own.values):
        return
    for step in steps.value:
        condition = _value(step, "if")
        if condition is not None:
            yield _condition(text, condition, own)
    if own.door:
        yield _door(steps, own)


def _door(steps: yaml.SequenceNode, own: Own) -> _Edit:
    mark = steps.value[0].start_mark
    step = {
        "name": f"Environment {own.door}",
        "shell": "bash",
        "working-directory": "${{ github.workspace }}",
        "env": {door.TOKEN: f"${{{{ {own.variable(own.token)} }}}}"},
        "run": '"${MLOPS_REHEARSAL_PYTHON}" -I -m mlops_spec.rehearse.door',
    }
    end = ", " if steps.flow_style else "\n" + " " * (mark.column - 2) + "- "
    return mark.index, mark.index, json.dumps(step) + end


def _condition(text: str, condition: yaml.ScalarNode, own: Own) -> _Edit:
    """The same, and only for whoever was let in; a step without a condition does not follow one that failed."""
    written = text[condition.start_mark.index : condition.end_mark.index]
    inner = condition.value.strip()
    if inner.startswith("${{") and inner.endswith("}}"):
        inner = inner[3:-2].strip()
    let_in = f"({inner}) && env.{door.MARK} == 'yes'" if own.door else inner
    new = json.dumps(f"${{{{ {let_in} }}}}", ensure_ascii=False)
    return condition.start_mark.index, condition.end_mark.index, new + written[len(written.rstrip()) :]


def _own(text: str, job: yaml.MappingNode, own: Own, *, defaults: Callable[[str], Collection[str]]) -> Iterator[_Edit]:
    uses, steps = _value(job, "uses"), _value(job, "steps")
    if _value(job, "strategy") is not None:  # its jobs share what one has installed, which each installs anew
        yield _add_entries(job, "strategy", {"max-parallel": "1"})
    if own.calls and uses is not None and called_file(uses.value):
        yield uses.start_mark.index, uses.end_mark.index, f"./{WORKFLOWS / own.calls}"
    if own.environment:
        yield _add_entries(job, "env", {name: own.value(value) for name, value in own.environment.items()})
    if own.token:
        yield from _own_expressions(text, job, own)
        for step in steps.value if steps is not None else ():
            yield from _step_tokens(step, own, defaults)


def _own_expressions(text: str, job: yaml.MappingNode, own: Own) -> Iterator[_Edit]:
    condition = _value(job, "if")
    span = (condition.start_mark.index, condition.end_mark.index) if condition is not None else (0, 0)
    for found in _EXPRESSION.finditer(text, job.start_mark.index, job.end_mark.index):
        new = _own_names(found[0], own)
        if new != found[0] and not span[0] <= found.start() < span[1]:
            yield found.start(), found.end(), new


def _own_names(expression: str, own: Own) -> str:
    expression = _TOKEN.sub(own.variable(own.token), expression)
    for name, variable in own.values.items():
        context, _, key = name.partition(".")
        pattern = rf"\b{context}\s*(?:\.\s*{key}\b(?!-)|\[\s*'{key}'\s*\])"
        expression = re.sub(pattern, own.variable(variable), expression, flags=re.IGNORECASE)
    return expression


def _step_tokens(step: Any, own: Own, defaults: Callable[[str], Collection[str]]) -> Iterator[_Edit]:
    uses = _value(step, "uses")
    if uses is None:
        return
    given = {key.value for key, _ in _items(_value(step, "with"))}
    missing = {key: own.value(own.token) for key in defaults(uses.value) if key not in given}
    if missing:
        yield _add_entries(step, "with", missing)


def _add_entries(node: yaml.MappingNode, name: str, more: Mapping[str, str]) -> _Edit:
    inside = _value(node, name)
    lines = [f"{key}: {value}" for key, value in more.items()]
    if isinstance(inside, yaml.MappingNode) and inside.value:
        return _before_first(inside, lines)
    return _before_first(node, [f"{name}: {{{', '.join(lines)}}}"])


def _before_first(node: yaml.MappingNode, lines: list[str]) -> _Edit:
    mark = node.value[0][0].start_mark
    end = ", " if node.flow_style else "\n" + " " * mark.column
    return mark.index, mark.index, "".join(line + end for line in lines)


def _items(node: Any) -> list[tuple[Any, Any]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _value(node: Any, name: str) -> Any:
    return next((value for key, value in _items(node) if key.value == name), None)
