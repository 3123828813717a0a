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

Fix: give the command a step of its own, and nothing behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.workflow.place import at_command, called
from mlops_spec.workflow.release import decides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.rule import Finding
    from mlops_spec.workflow import Workflow

CODE = "MS507"
NAME = "swallowed-failure"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for _, step, command in workflow.commands():
        if command.lost and decides(command):
            message = f"a failure of {called(command)} fails nothing: {command.lost}"
            yield at_command(step, command, message, "let it be the last command of its step, with nothing behind it")
