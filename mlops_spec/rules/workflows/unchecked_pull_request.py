"""A pull request is linted, and its rendered files are compared with the spec.

A hand-edited workflow looks like a rendered one. `render --check` is what tells them apart before the merge, and
`lint` what says whether the spec may be merged.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      check:
        steps:
          - run: uv run --no-sync mlops-spec lint --format github
          - run: uv run --no-sync mlops-spec plan --base "${BASE}" --exit-zero

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      check:
        steps:
          - run: uv run --no-sync mlops-spec lint --format github
          - run: uv run --no-sync mlops-spec render --check
          - run: uv run --no-sync mlops-spec plan --base "${BASE}" --exit-zero

Fix: run `mlops-spec lint` and `mlops-spec render --check` in the workflow, for all its pull requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import mapping
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS542"
NAME = "unchecked-pull-request"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    if "pull_request" not in workflow.triggers:
        return
    checks = list(workflow.commands("lint", "render", "plan"))
    there = {command.verb for _, _, command in checks}
    if "plan" not in there:
        return
    for verb, words in (("lint", "mlops-spec lint"), ("render", "mlops-spec render --check")):
        if verb not in there:
            yield Finding((*checks[0][0].address, "steps"), f"no pull request is held to `{words}`", f"run `{words}`")
    for _, step, command in checks:
        if command.verb == "render" and command.option("--check") is None:
            message = "this writes the files anew instead of comparing them"
            yield at_command(step, command, message, "write `mlops-spec render --check`")
    for filtered in ("paths", "paths-ignore"):
        if filtered in mapping(workflow.triggers["pull_request"]):
            message = "pull requests that touch other files are not checked, and a required check waits for ever"
            yield Finding(("on", "pull_request", filtered), message, "remove it", at_key=True)
