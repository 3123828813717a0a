"""Code that comes with a model is the code that was read.

With `trust_remote_code` Python from somebody's repository runs on the runner, with its secrets; so does what
`torch.hub.load` takes. Without a commit it is whatever lies there at that hour.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python scripts/train.py
    # scripts/train.py
    from transformers import AutoModel
    model = AutoModel.from_pretrained("acme/encoder", trust_remote_code=True)

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python scripts/train.py
    # scripts/train.py
    from transformers import AutoModel
    model = AutoModel.from_pretrained("acme/encoder", revision="5b2a7a9c1d0e4f3b8a6c7d9e0f1a2b3c4d5e6f70")

Fix: leave `trust_remote_code` out, or name the commit that was read by `revision`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.options import options
from mlops_spec.platforms.github.workflow.program import is_true, keywords
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS595"
NAME = "remote-code"
SEVERITY: Severity = "error"

_COMMIT = regex(r"[0-9a-f]{40}")
_MESSAGE = "this runs code of another repository, whatever lies there at that hour"
_HINT = "leave it out, or name the commit that was read"


def check(workflow: Workflow) -> Iterator[Finding]:
    for _, step, command in workflow.commands():
        given = {name: value for name, value in options(command.words) if name in ("trust-remote-code", "revision")}
        if given.get("trust-remote-code", "false").lower() in ("", "true", "1") and not _COMMIT.fullmatch(
            given.get("revision", "")
        ):
            yield at_command(step, command, _MESSAGE, _HINT)
        if command.program:
            yield from _in(command.program)


def _in(program: Program) -> Iterator[Finding]:
    fixed = {
        target.id
        for node in program.nodes
        if isinstance(node, ast.Assign) and _is_commit(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call, name in program.calls:
        given = keywords(call)
        revision = given.get("code_revision") or given.get("revision")
        named = _is_commit(revision) or (isinstance(revision, ast.Name) and revision.id in fixed)
        if is_true(given.get("trust_remote_code")) and not named and not _is_local(call):
            yield in_program(program, given["trust_remote_code"], _MESSAGE, _HINT)
        elif name == "torch.hub.load" and call.args and not _pinned(call) and not is_local(given.get("source")):
            yield in_program(program, call.args[0], _MESSAGE, "name a commit: `owner/name:<commit>`")


def _is_commit(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and bool(_COMMIT.fullmatch(str(node.value)))


def _is_local(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and str(first.value).startswith(("./", "/", "build/", "models/"))


def _pinned(call: ast.Call) -> bool:
    repository = call.args[0]
    return not isinstance(repository, ast.Constant) or bool(_COMMIT.search(str(repository.value)))


def is_local(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == "local"
