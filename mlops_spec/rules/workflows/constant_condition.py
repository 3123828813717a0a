"""A condition can hold, and can fail to.

GitHub takes text beside `${{ }}` for a text, and a text is true. A comparison with a value that a name never has, or of
a text with a truth value, has one answer in every run. So has `condition && 0 || 100`, which is always 100. What it was
to guard is then open, or never runs.

Bad:

    on: {workflow_dispatch: {inputs: {confirm: {type: string, required: true}}}}
    jobs:
      back:
        if: ${{ inputs.confirm }} == 'yes'
        steps:
          - run: uv run --no-sync mlops-spec lint

Good:

    on: {workflow_dispatch: {inputs: {confirm: {type: string, required: true}}}}
    jobs:
      back:
        if: ${{ inputs.confirm == 'yes' }}
        steps:
          - run: uv run --no-sync mlops-spec lint

Fix: write all of the condition within one `${{ }}`, and compare with what the name can be, texts with texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.condition import Call, Literal, Name, inner, operands, tree, walk
from mlops_spec.platforms.github.workflow.expression import EXPRESSION
from mlops_spec.platforms.github.workflow.possible_values import is_text, is_truth, possible, says_yes_or_no
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS570"
NAME = "constant-condition"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for part in job.parts:
            place = (*part.address, "if")
            if inner(part.condition) is None:
                message = "text stands beside `${{ }}`, and a text is always true"
                yield Finding(place, message, "write all of it within one `${{ }}`")
            elif said := _swallowed_choice(part.condition):
                yield Finding(place, said, _OTHER_WAY)
            elif said := next(_constants(part.condition, delivery, workflow, job), ""):
                yield Finding(place, said, "compare with what it can be, texts with texts")

        yield from _of_values(job)


_OTHER_WAY = "turn the condition round, so that what is false stands last"
_FALSE_CHOICE = regex(r"&&\s*(?P<value>0|''|false|null)\s*\|\|")


def _swallowed_choice(value: str) -> str:
    """Why `condition && 0 || 1` is always 1; empty where a value has no such choice."""
    found = next((match for each in EXPRESSION.findall(value) if (match := _FALSE_CHOICE.search(each))), None)
    return f"`{found['value']}` is false, so that what stands behind `||` is taken always" if found else ""


def _of_values(job: Job) -> Iterator[Finding]:
    for part in job.parts:
        for section in ("env", "with"):
            for name, value in mapping(part.data.get(section)).items():
                if said := _swallowed_choice(text(value)):
                    yield Finding((*part.address, section, name), said, _OTHER_WAY)
    for step in job.steps:
        if said := _swallowed_choice(step.run):
            yield Finding(step.place, said, _OTHER_WAY)


def _constants(condition: str, delivery: Delivery, workflow: Workflow, job: Job) -> Iterator[str]:
    root = tree(condition)
    for part in operands(root):
        if isinstance(part, Literal) and part.is_text and part.value:
            yield f"the text '{part.value}' is always true"
        if isinstance(part, Name) and is_text(part.path) and says_yes_or_no(part.path, workflow):
            yield f"`{part.path}` is a text, and 'false' is one too: it is always true"
        if isinstance(part, Literal) and part.is_truth and isinstance(root, Call):
            yield f"`{part.value}` stands in it, so the rest of it says nothing"
    if isinstance(root, Call) and root.name == "||" and {"always()", "!cancelled()"} & {*_joined_calls(root)}:
        yield "it has `always()` behind an `||`, so the rest of it says nothing"
    for node in walk(root):
        if isinstance(node, Call) and node.name in ("==", "!="):
            yield from _compared(node, delivery, workflow, job)


def _joined_calls(node: Call) -> Iterator[str]:
    for each in node.arguments:
        if isinstance(each, Call) and each.name == "||":
            yield from _joined_calls(each)
        elif isinstance(each, Call):
            yield (
                f"!{each.arguments[0].name}()"
                if each.name == "!" and isinstance(each.arguments[0], Call)
                else f"{each.name}()"
            )


def _compared(node: Call, delivery: Delivery, workflow: Workflow, job: Job) -> Iterator[str]:
    for name, value in (node.arguments, node.arguments[::-1]):
        if not isinstance(name, Name) or not isinstance(value, Literal):
            continue
        if why := _why_never_equal(name, value, delivery, workflow, job):
            yield f"{why}: this is {'never' if node.name == '==' else 'always'} true"
    if node.arguments[0] == node.arguments[1] and isinstance(node.arguments[0], Name):
        yield f"`{node.arguments[0].path}` is compared with itself"


def _why_never_equal(name: Name, value: Literal, delivery: Delivery, workflow: Workflow, job: Job) -> str:
    if value.is_truth and is_text(name.path):
        return f"`{name.path}` is a text, and no text equals a truth value"
    if value.is_text and value.value and is_truth(name.path, workflow):
        return f"`{name.path}` is a truth value, and equals no text"
    if not value.is_text:
        return ""
    can = possible(name.path, delivery, workflow, job)
    if can is None or can.holds(value.value):
        return ""
    return f"`{name.path}` is never '{value.value}' but {can.said}"
