"""Gates that can't fail their job, and the outputs that hold their results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.condition import Call, Literal, Name, tree
from mlops_spec.platforms.github.workflow.roles import judges, judging
from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mlops_spec.platforms.github.workflow.condition import Node
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

#: Options by which a gate passes whatever it finds.
MILD = frozenset(
    (
        *("--exit-zero", "--no-fail", "--soft-fail", "--warn-only", "--allow-failure", "--no-strict", "--no-gate"),
        *("--report-only", "--dry-run", "--warn", "--non-blocking", "--advisory", "--ignore-failures", "--lenient"),
    )
)


def mild(step: Step) -> bool:
    """Whether a step that judges goes on although the model has failed."""
    if not judging(step):
        return False
    tolerated = text(step.data.get("continue-on-error")) not in ("", "false", "${{ false }}")
    told = "GITHUB_OUTPUT" in step.run and any(judges(command) and command.lost for command in step.commands)
    return tolerated or told or any(MILD & {*command.words} for command in step.commands)


def outputs_of(job: Job, step: Step) -> list[str]:
    """The outputs of a job that say what one of its steps found."""
    name = re.escape(text(step.data.get("id")))
    given = mapping(job.data.get("outputs"))
    return [key for key, value in given.items() if name and re.search(rf"\bsteps\.{name}\.", text(value))]


def handed_on(workflow: Workflow, job: Job, outputs: list[str]) -> list[str]:
    """The outputs of a workflow that is called, which are those of one of its jobs."""
    called = mapping(mapping(workflow.triggers.get("workflow_call")).get("outputs"))
    wanted = [f"jobs.{job.name}.outputs.{output}" for output in outputs]
    return [key for key, value in called.items() if any(each in text(mapping(value).get("value")) for each in wanted)]


def settles(condition: str, inputs: Mapping[str, Any]) -> bool | None:
    """What a condition comes to where the inputs are these; None where they do not say it."""
    return _settled(tree(condition), inputs)


def _settled(node: Node | None, inputs: Mapping[str, Any]) -> bool | None:
    if isinstance(node, Literal) and node.is_truth:
        return node.value == "true"
    if isinstance(node, Name):
        value = _value(node, inputs)
        return None if value is None else value not in ("", "false", "0")
    return _joined(node, inputs) if isinstance(node, Call) else None


def _joined(node: Call, inputs: Mapping[str, Any]) -> bool | None:
    if node.name == "!":
        inner = _settled(node.arguments[0], inputs)
        return None if inner is None else not inner
    if node.name in ("==", "!="):
        sides = [_value(each, inputs) for each in node.arguments]
        return None if None in sides else (sides[0] == sides[1]) == (node.name == "==")
    if node.name not in ("&&", "||"):
        return None
    settled, decides = [_settled(each, inputs) for each in node.arguments], node.name == "||"
    if decides in settled:
        return decides
    return None if None in settled else not decides


def _value(node: Node, inputs: Mapping[str, Any]) -> str | None:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Name) and (match := re.fullmatch(r"(?:github\.event\.)?inputs\.([\w-]+)", node.path)):
        return text(inputs[match[1]]) if match[1] in inputs and "${{" not in text(inputs[match[1]]) else None
    return None
