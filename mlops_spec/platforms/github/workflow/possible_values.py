"""Possible values of a name in a condition, as far as GitHub or the file says it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.condition import Call, tree
from mlops_spec.platforms.github.workflow.expression import expressions
from mlops_spec.platforms.github.workflow.flow import events
from mlops_spec.platforms.github.workflow.typed import items, mapping, names, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

_ENDS = ("success", "failure", "cancelled", "skipped")
_RUN_ENDS = (*_ENDS, "neutral", "timed_out", "action_required", "stale", "startup_failure")
_FIXED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"needs\.[\w-]+\.result|jobs\.[\w-]+\.result|steps\.[\w-]+\.(outcome|conclusion)", _ENDS),
    (r"github\.event\.workflow_run\.conclusion", _RUN_ENDS),
    (r"job\.status", ("success", "failure", "cancelled")),
    (r"github\.ref_type", ("branch", "tag")),
    (r"runner\.os", ("Linux", "Windows", "macOS")),
)
_INPUT = regex(r"(github\.event\.)?inputs\.([\w-]+)")
_OUTPUT = regex(r"(needs|steps|jobs)\.([\w-]+)\.outputs\.([\w-]+)")
#: Names of outputs that answer yes or no.
_ANSWER = regex(
    r"(^|[-_])(passe[sd]|pass|ok|valid|drift|drifted|drifts|changed|better|worse|improved|improves|approved|accepted"
    r"|allowed|ready|healthy|stale|fresh|needed|required|enabled|success|succeeded|failed|deploy|retrain|promote|wins"
    r"|skip|is|has|should|can|must|needs|cache-hit|hit|found|exists|good|bad|breached|alarm|alert|moved)([-_]|$)"
)
_NO_ANSWER = regex(r"(^|[-_])(id|name|version|url|path|tag|sha|digest|ref|number|count|message|reason|to|list)$")


class Possible(NamedTuple):
    """The values that a name can have, with what a message calls them."""

    values: tuple[str, ...]
    said: str
    prefix: bool = False

    def holds(self, value: str) -> bool:
        if self.prefix:
            return value.startswith(self.values)
        return value.lower() in [each.lower() for each in self.values]


def possible(path: str, delivery: Delivery, workflow: Workflow, job: Job) -> Possible | None:
    """What a name can be; None where nothing is known. GitHub compares texts without regard to case."""
    for pattern, values in _FIXED:
        if re.fullmatch(pattern, path):
            return Possible(values, f"one of {', '.join(values)}")
    if path == "github.ref":
        return Possible(("refs/",), "such as refs/heads/main", prefix=True)
    if path == "github.event_name":
        started = tuple(sorted(events(delivery, workflow)))
        return Possible(started, f"one of {', '.join(started)}") if started else None
    if path == "github.event.action":
        return _event_types(workflow)
    return _of_choice(path, workflow) or _of_matrix(path, job)


def _of_choice(path: str, workflow: Workflow) -> Possible | None:
    match = _INPUT.fullmatch(path)
    if not match or "workflow_call" in workflow.triggers:
        return None
    given = mapping(_inputs(workflow).get(match[2]))
    options = tuple(text(each) for each in items(given.get("options")))
    if text(given.get("type")) != "choice" or not options:
        return None
    return Possible((*options, ""), f"one of {', '.join(options)}")


def _event_types(workflow: Workflow) -> Possible | None:
    if len(workflow.triggers) != 1:
        return None
    [settings] = workflow.triggers.values()
    types = tuple(names(mapping(settings).get("types")))
    return Possible(types, f"one of {', '.join(types)}") if types else None


def is_text(path: str) -> bool:
    """Whether a name is surely a text: outputs are, and inputs as the event has them."""
    if _OUTPUT.fullmatch(path) or path.startswith(("env.", "vars.")):
        return True
    match = _INPUT.fullmatch(path)
    return bool(match and match[1])


def is_truth(path: str, workflow: Workflow) -> bool:
    """Whether a name is surely true or false."""
    match = _INPUT.fullmatch(path)
    if not match or match[1]:
        return False
    return text(mapping(_inputs(workflow).get(match[2])).get("type")) == "boolean"


def says_yes_or_no(path: str, workflow: Workflow) -> bool:
    """Whether a text is one of 'true' and 'false', by its type, by what sets it, or by its name."""
    if given := _INPUT.fullmatch(path):
        return text(mapping(_inputs(workflow).get(given[2])).get("type")) == "boolean"
    match = _OUTPUT.fullmatch(path)
    if not match:
        return False
    if match[1] == "needs" and _is_comparison(workflow, match[2], match[3]):
        return True
    return bool(_ANSWER.search(match[3].lower())) and not _NO_ANSWER.search(match[3].lower())


def _is_comparison(workflow: Workflow, job: str, output: str) -> bool:
    given = mapping(workflow.jobs[job].data.get("outputs")).get(output) if job in workflow.jobs else None
    roots = [tree(each) for each in expressions(text(given))]
    return any(isinstance(root, Call) and root.name in ("==", "!=", "!", "contains") for root in roots)


def _inputs(workflow: Workflow) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for event in ("workflow_dispatch", "workflow_call"):
        found |= mapping(mapping(workflow.triggers.get(event)).get("inputs"))
    return found


def _of_matrix(path: str, job: Job) -> Possible | None:
    matrix = mapping(mapping(job.data.get("strategy")).get("matrix"))
    key = path.removeprefix("matrix.")
    if not path.startswith("matrix.") or "include" in matrix or not isinstance(matrix.get(key), list):
        return None
    values = tuple(text(each) for each in matrix[key])
    return None if any("${{" in value for value in values) else Possible(values, f"one of {', '.join(values)}")
