"""What is judged is the candidate.

A registry's alias, such as `@production` or `@champion`, names the model that is live. An evaluation that loads that
says how good the model is that serves already, and any candidate passes.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python scripts/evaluate.py --version 7
          - run: uv run --no-sync python -m credit.promote --version 7
    # scripts/evaluate.py
    import mlflow
    model = mlflow.pyfunc.load_model("models:/credit@production")

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python scripts/evaluate.py --version 7
          - run: uv run --no-sync python -m credit.promote --version 7
    # scripts/evaluate.py
    import mlflow
    import sys
    model = mlflow.pyfunc.load_model(f"models:/credit/{sys.argv[2]}")

Fix: load the version that training has put out.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import evaluates, judges, releases, watches
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS597"
NAME = "live-candidate"
SEVERITY: Severity = "error"

_LIVE = regex(r"models:/[\w.${}/-]{1,200}[@/](production|prod|champion|live|current|deployed)\b", re.IGNORECASE)
_COMPARES = regex(r"champion|baseline|reference|previous|candidate|against|compare|challenger", re.IGNORECASE)
_LOADS = regex(r"(^|\.)(load_model|from_pretrained|load|snapshot_download|hf_hub_download|download_artifacts)$")
_HINT = "load the version that training has put out"


def check(workflow: Workflow) -> Iterator[Finding]:
    if not any(releases(each) for _, _, each in workflow.commands()):
        return
    for _, step, command in workflow.commands():
        if not (evaluates(command) or judges(command)) or watches(command) or command.verb:
            continue
        models = [word for word in command.words if "models:/" in word]
        if models and all(_LIVE.search(word) for word in models) and not _COMPARES.search(" ".join(command.words)):
            yield at_command(step, command, f"`{models[0]}` is what is live, and not the candidate", _HINT)
        elif command.program and (node := _live_load(command.program)):
            yield in_program(command.program, node, "this is the model that is live, and not the candidate", _HINT)


def _live_load(program: Program) -> ast.expr | None:
    loaded = [call.args[0] for call, name in program.calls if _LOADS.search(name) and "json" not in name and call.args]
    models = [each for each in loaded if not re.search(r"\.(json|ya?ml|toml|csv|parquet)\b", ast.unparse(each))]
    live = [model for model in models if _LIVE.search(_literal(program, model))]
    return live[0] if live and len(live) == len(models) else None


def _literal(program: Program, node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        for each in program.nodes:
            if isinstance(each, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in each.targets):
                return ast.unparse(each.value)
    return ast.unparse(node)
