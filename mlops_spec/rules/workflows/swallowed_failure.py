"""A command that decides can fail its step.

`|| true`, `set +e`, a pipe without `pipefail` or `&` turn the answer into decoration: the step is green whatever the
gate says.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec gate --out build/gate.json || true

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec gate --out build/gate.json

Fix: give the command a step of its own, and nothing behind it; `mlops-spec lint --fix` removes `|| true`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change
from mlops_spec.platforms.github.workflow.release import decides
from mlops_spec.platforms.github.workflow.roles import changes_or_judges, judges, tests, trains, watches
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow

CODE = "MS507"
NAME = "swallowed-failure"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for _, step, command in workflow.commands():
        dropped = command.lost and (decides(command) or _drops_failure(command, step))
        if dropped and not _is_awaited(step, command):
            message = f"a failure of {called(command)} fails nothing: {command.lost}"
            hint = "let it be the last command of its step, with nothing behind it"
            yield at_command(step, command, message, hint, fix=_without_answer(step, command))


def _drops_failure(command: Command, step: Step) -> bool:
    drawn = command.lost.startswith("`&&`") and any(trains(each) for each in step.commands)
    prints = command.lost.startswith("`<(") and not judges(command) and not trains(command)  # it makes the file it is
    kept = drawn or prints or re.search(r"GITHUB_|=1`|=true`|=\$\?", command.lost)
    return (
        bool(_DROPPED.match(command.lost))
        and not kept
        and (changes_or_judges(command) or watches(command) or tests(command))
    )


def _is_awaited(step: Step, command: Command) -> bool:
    """Whether the script keeps the number of what runs in the background, and ends as that does."""
    if "background" not in command.lost or not command.piece:
        return False
    behind = step.run.split(command.piece, command.earlier + 1)[-1]
    kept = _KEPT_NUMBER.match(behind)
    if kept is None:
        return False
    name = kept["name"]
    each = re.search(rf"\bfor (\w+) in [^\n;]*\$\{{?{name}\b", behind)
    waits = re.finditer(rf"\bwait \"?\$\{{?(?:{each[1] if each else name})\}}?\"?(?P<then>[^\n]*)", behind)
    return any(_ENDS_AS.match(found["then"]) for found in waits)


#: A job's number in a variable, or among those of a list.
_KEPT_NUMBER = regex(r"[^\n&]*&\s*(?P<name>\w+)(?:=|\+?=\(|=\"\$\w+ )\"?\$!")
_ENDS_AS = regex(r"\s*(?:$|;\s*(?:done|$)|\|\|\s*\{?\s*(?:[^|&\n]*;\s*)?exit [1-9])")


_DROPPED = regex(
    r"`\|\| |a pipe|it runs in the background|what stands behind|`!` turns|`trap |`&&` takes|`<\("
    r"|the dash before it|make is told|`continue-on-error` in the action"
)


def _without_answer(step: Step, command: Command) -> tuple[Change, ...]:
    """Takes `|| true` from behind the command; another answer to its failure may mean something."""
    match = re.search(rf"{re.escape(command.piece)}[^\n|&;()<>`]*?(\s*\|\|\s*(true|:))(?=\s*$)", step.run, re.MULTILINE)
    if not match or not command.piece or "run" not in step.data:
        return ()
    return (Change((*step.address, "run"), match[0][: match.start(1) - match.start()], piece=match[0]),)
