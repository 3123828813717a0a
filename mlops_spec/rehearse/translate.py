"""The copy of a workflow that act runs: what it can't read or do is said otherwise, and nothing else differs.

act 0.2.89 rejects two words, and knows one token for all jobs. In the copy each job names a token of its own, which the
run's variables hold, and each call names a copy of the called workflow of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.rehearse.jobs import called_file
from mlops_spec.rehearse.triggers import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

# act's schema has no `queue`; it runs one workflow at a time, so that nothing is ever queued or dropped
_QUEUE = re.compile(r"^ +queue: (?:max|single)(?: +#.*)?\n", re.MULTILINE)
# `$/` is the repository's own root at the commit of the run, which is what `./` is too once it is checked out
_OWN_ROOT = re.compile(r"^( +(?:- )?uses: )\$/(?=\.github/workflows/)", re.MULTILINE)
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\bgithub\s*(?:\.\s*token\b|\[\s*'token'\s*\])|\bsecrets\s*(?:\.\s*GITHUB_TOKEN\b|\[\s*'GITHUB_TOKEN'\s*\])",
    re.IGNORECASE,
)
_Edit = tuple[int, int, str]  # from, to, what stands there instead


@dataclass(frozen=True)
class Own:
    """What one job of the copy has for itself.

    `token` is the variable that holds its token, `environment` leads from what its steps see to the variable that holds
    the value, and `calls` is the file that it calls instead of the one it names.
    """

    token: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    calls: str = ""


def translate(workflow: str, own: Mapping[str, Own], defaults: Callable[[str], Collection[str]]) -> str:
    """The text without `concurrency.queue`, `$/` as `./`, and each job with what is its own.

    `defaults` tells which inputs of an action (as `uses` names it) are the job's token where a step gives none.
    """
    text = _QUEUE.sub("", workflow)
    edits: list[_Edit] = []
    for key, job in _items(_value(yaml.compose(text, Loader=yaml.CSafeLoader), "jobs")):
        if key.value in own:
            edits += _of_job(text, job, own[key.value], defaults)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return _OWN_ROOT.sub(r"\1./", text)


def _of_job(text: str, job: yaml.MappingNode, own: Own, defaults: Callable[[str], Collection[str]]) -> Iterator[_Edit]:
    uses = _value(job, "uses")
    if own.calls and uses is not None and called_file(uses.value):
        yield uses.start_mark.index, uses.end_mark.index, f"./{WORKFLOWS / own.calls}"
    if own.environment:
        yield _given(job, "env", {name: _variable(value) for name, value in own.environment.items()})
    if own.token:
        yield from _tokens(text, job, own.token)
        steps = _value(job, "steps")
        for step in steps.value if steps is not None else ():
            yield from _step_tokens(step, own.token, defaults)


def _tokens(text: str, job: yaml.Node, name: str) -> Iterator[_Edit]:
    start, end = job.start_mark.index, job.end_mark.index
    for found in _EXPRESSION.finditer(text, start, end):
        if _TOKEN.search(found[0]):
            yield found.start(), found.end(), _TOKEN.sub(f"vars.{name}", found[0])


def _step_tokens(step: Any, name: str, defaults: Callable[[str], Collection[str]]) -> Iterator[_Edit]:
    uses = _value(step, "uses")
    if uses is None:
        return
    given = {key.value for key, _ in _items(_value(step, "with"))}
    missing = {key: _variable(name) for key in defaults(uses.value) if key not in given}
    if missing:
        yield _given(step, "with", missing)


def _given(node: yaml.MappingNode, name: str, more: Mapping[str, str]) -> _Edit:
    """Adds to the mapping of this name, before its first key, or makes one before the first key of `node`."""
    inside = _value(node, name)
    lines = [f"{key}: {value}" for key, value in more.items()]
    if isinstance(inside, yaml.MappingNode) and inside.value:
        return _before_first(inside, lines)
    return _before_first(node, [f"{name}: {{{', '.join(lines)}}}"])


def _before_first(node: yaml.MappingNode, lines: list[str]) -> _Edit:
    mark = node.value[0][0].start_mark
    end = ", " if node.flow_style else "\n" + " " * mark.column
    return mark.index, mark.index, "".join(line + end for line in lines)


def _variable(name: str) -> str:
    return f'"${{{{ vars.{name} }}}}"'


def _items(node: Any) -> list[tuple[Any, Any]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _value(node: Any, name: str) -> Any:
    return next((value for key, value in _items(node) if key.value == name), None)
