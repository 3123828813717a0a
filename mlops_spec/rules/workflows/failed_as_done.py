"""What has ended has not yet succeeded.

A loop that waits until a status is no longer `Creating` also ends on `Failed`, and one that waits for an end takes each
end. What comes behind then sends requests to what never started.

Bad:

    jobs:
      deploy:
        steps:
          - run: |
              status=Creating
              while [[ $status == Creating ]]; do
                sleep 30
                status=$(aws sagemaker describe-endpoint --endpoint-name credit --query EndpointStatus --output text)
              done
              aws ssm put-parameter --name /credit/endpoint --value credit --overwrite

Good:

    jobs:
      deploy:
        steps:
          - run: |
              aws sagemaker wait endpoint-in-service --endpoint-name credit
              aws ssm put-parameter --name /credit/endpoint --value credit --overwrite

Fix: ask behind the loop for the one status that is right, or wait by a command that fails otherwise.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.program import names_in
from mlops_spec.platforms.github.workflow.scripts import scripts
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS656"
NAME = "failed-as-done"
SEVERITY: Severity = "error"

_MESSAGE = "this ends on a failure as well, and nothing behind it asks how it ended"
_HINT = "ask behind it for the one status that is right, and end as failed otherwise"
_PENDING = regex(
    r"(creating|in_?progress|pending|running|updating|starting|queued|provisioning|deploying|processing|submitted"
    r"|preparing|finalizing|building|executing)",
    re.IGNORECASE,
)
_FAILED = regex(r"(failed|failure|error|errored|stopped|cancell?ed|aborted|rolled_?back)", re.IGNORECASE)
_LOOP = regex(
    r"^[ \t]*(?P<kind>while|until|for)[ \t]+(?P<asked>[^\n]{1,600}?)(?:;[ \t]*do|\n[ \t]*do)\b"
    r"(?P<body>.{0,4000}?)^[ \t]*done\b[^\n]*\n?",
    re.MULTILINE | re.DOTALL,
)
#: A comparison with words: one, or several of a pattern.
_COMPARED = regex(r"(?P<sign>!?=[=~]?)[ \t]*(?P<value>[\"'^(]{0,3}[A-Za-z_]{3,30}(?:\|[A-Za-z_]{3,30}){0,9})")
_BREAKS = regex(
    r"^[ \t]*(?:(?:el)?if[ \t]+(?P<if>[^\n]{1,400})\n?(?:[ \t]*(?:then|echo|printf)\b[^\n]{0,300}\n){0,3}[ \t]*"
    r"|(?P<test>\[[^\n]{1,400})&&[ \t]*)break\b",
    re.MULTILINE,
)
_VARIABLE = regex(r"\$\{?(\w+)")
_ASKS = regex(r"\[\[? |\bcase\b|\btest\b|\bgrep\b|\bif\b|GITHUB_OUTPUT|\breturn\b|\bexit\b")
_ASKS_ELSEWHERE = regex(
    r"\bwait (endpoint|service|function)-|rollout status|\bexit [\"$1-9]|\bfalse\b|\breturn [\"$1-9]"
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for script in scripts(step, delivery):
                for loop in _LOOP.finditer(script.text) if "done" in script.text else ():
                    if _ends_on_failure(loop) and not _asked_behind(script.text, loop):
                        yield script.found(loop, _MESSAGE, _HINT)
            for command in step.commands:
                if command.program and (node := _blind_loop(command.program)) is not None:
                    yield in_program(command.program, node, _MESSAGE, _HINT)


def _ends_on_failure(loop: re.Match[str]) -> bool:
    """Whether a loop of a shell waits while something is pending, or until it has succeeded or failed."""
    if re.search(r"\b(exit|return)\b", loop["body"]):
        return False
    if loop["kind"] != "for" and (ends := _ends(loop["asked"])) is not None:
        return ends == ("other" if loop["kind"] == "while" else "same")
    kinds = [_ends(found["if"] or found["test"]) for found in _BREAKS.finditer(loop["body"])]
    return any(kind == "same" for kind in kinds)


def _ends(asked: str) -> str | None:
    """Whether a failure passes a test (`same`) or not (`other`); None where its words do not say it."""
    compared = [(found["sign"], re.findall(r"[A-Za-z_]+", found["value"])) for found in _COMPARED.finditer(asked)]
    words = [word for _, values in compared for word in values]
    signs = {sign.startswith("!") for sign, _ in compared}
    if len(signs) != 1 or not words:
        return None
    pending, failed = all(map(_PENDING.fullmatch, words)), any(map(_FAILED.fullmatch, words))
    if not pending and not failed:
        return None
    return "same" if failed != signs.pop() else "other"


def _asked_behind(script: str, loop: re.Match[str]) -> bool:
    rest = script[loop.end() :]
    names = {*_VARIABLE.findall(f"{loop['asked']}\n{loop['body']}")}
    asked = [line for line in rest.splitlines() if _ASKS.search(line)]
    return bool(_ASKS_ELSEWHERE.search(rest)) or any(names & {*_VARIABLE.findall(line)} for line in asked)


def _blind_loop(program: Program) -> ast.expr | None:
    for node in program.nodes:
        if isinstance(node, ast.While) and _sleeps(program, node) and not _may_fail(program, node):
            asked = _ending(node)
            if asked is not None and not _asked_later(program, node, asked):
                return asked
    return None


def _sleeps(program: Program, loop: ast.While) -> bool:
    return any(isinstance(node, ast.Call) and program.called(node.func).endswith("sleep") for node in ast.walk(loop))


def _may_fail(program: Program, loop: ast.While) -> bool:
    """Whether the loop itself ends the program, or hands on what it found."""
    ends = (ast.Raise, ast.Return, ast.Assert)
    inside = list(ast.walk(loop))
    exits = any(isinstance(node, ast.Call) and program.called(node.func).endswith("exit") for node in inside)
    return exits or any(isinstance(node, ends) for node in inside)


def _ending(loop: ast.While) -> ast.expr | None:
    """The question by which a loop goes on or breaks, where a failure ends it as a success does."""
    if (kind := _compared(loop.test)) in ("pending", "not ended"):
        return loop.test
    for node in ast.walk(loop):
        if isinstance(node, ast.If) and any(isinstance(each, ast.Break) for each in node.body):
            kind = _compared(node.test)
            if kind in ("not pending", "ended"):
                return node.test
    return None


def _compared(test: ast.expr) -> str:
    turned = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    inner = test.operand if isinstance(test, ast.UnaryOp) else test
    if not isinstance(inner, ast.Compare) or len(inner.ops) != 1:
        return ""
    values = [node.value for node in ast.walk(inner.comparators[0]) if isinstance(node, ast.Constant)]
    said = [value for value in values if isinstance(value, str)]
    negative = isinstance(inner.ops[0], ast.NotEq | ast.NotIn) != turned
    if said and all(map(_PENDING.fullmatch, said)):
        return "not pending" if negative else "pending"
    if any(map(_FAILED.fullmatch, said)):
        return "not ended" if negative else "ended"
    return ""


def _asked_later(program: Program, loop: ast.While, asked: ast.expr) -> bool:
    """Whether anything behind a loop compares, returns or raises: what that asks is not told apart."""
    kinds = (ast.Compare, ast.Raise, ast.Return, ast.Assert, ast.Match)
    end = loop.end_lineno or loop.lineno
    names = {*names_in(asked)}
    for node in program.nodes:
        if isinstance(node, kinds) and node.lineno > end and (names & {*names_in(node)} or isinstance(node, ast.Raise)):
            return True
    return False
