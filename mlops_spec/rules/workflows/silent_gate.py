"""A gate's program ends as failed when the model is not good enough.

A step fails by the exit status of what it runs. A script that prints "FAILED" and ends as any other does, or whose
`main` returns 1 to nobody, lets every model pass.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python scripts/gate.py build/metrics.json
    # scripts/gate.py
    import json
    import sys
    if json.load(open(sys.argv[1]))["roc_auc"] < 0.8:
        print("FAILED")

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python scripts/gate.py build/metrics.json
    # scripts/gate.py
    import json
    import sys
    if json.load(open(sys.argv[1]))["roc_auc"] < 0.8:
        sys.exit("FAILED")

Fix: end with `sys.exit(1)`, or hand on what `main` returns: `sys.exit(main())`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.command import commands
from mlops_spec.platforms.github.workflow.program import is_true, keywords
from mlops_spec.platforms.github.workflow.roles import judges
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS592"
NAME = "silent-gate"
SEVERITY: Severity = "error"

_SAYS = regex(r"(^|\.)(print|echo|write|log|info|warning|warn|error|critical|debug|exception)$")
_KEEPS = regex(
    r"(^|\.)(write_text|write_bytes|dump|to_csv|to_json|to_markdown|savefig|save|log_metrics?|set_tag|post)$"
)
_NO = regex(r"fail|below|not |worse|reject|too |under|insufficient|regress|❌", re.IGNORECASE)


def check(workflow: Workflow) -> Iterator[Finding]:
    for _, step, command in workflow.commands():
        program = command.program
        if program and (run := _unchecked_gate_call(program)):
            message = "this runs the gate, and takes no notice of how that ends"
            yield in_program(program, run, message, "take `subprocess.run(…, check=True)`")
        if program is None or not judges(command) or "GITHUB_OUTPUT" in step.run or _reads_stdout(step.run):
            continue
        if turned := _inverted_exit(program):
            message = "this ends well where the answer is false, and fails where it is true"
            yield in_program(program, turned, message, f"write `sys.exit(0 if {ast.unparse(turned.args[0])} else 1)`")
        elif lost := _discarded_status(program):
            message = "this calls what says whether it failed, and ends well whatever that says"
            yield in_program(program, lost, message, f"write `sys.exit({ast.unparse(lost)})`")
        elif (said := _only_reports(program)) is not None:
            message = "this says that the model has failed, and ends well all the same"
            yield in_program(program, said, message, "end as failed: `sys.exit(1)`")


def _reads_stdout(script: str) -> bool:
    return bool(re.search(r"\$\([^)\n]{0,400}\bpython|\|[ ]*(grep|jq|awk|tee)\b", script))


def _unchecked_gate_call(program: Program) -> ast.Call | None:
    for node in program.nodes:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not call.args or program.called(call.func) not in _STARTS:
            continue
        first = call.args[0]
        words = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
        said = " ".join(str(word.value) if isinstance(word, ast.Constant) else "python" for word in words)
        if not is_true(keywords(call).get("check")) and any(judges(each) for each in commands(said)):
            return call
    return None


_STARTS = ("os.system", "subprocess.run", "subprocess.call", "subprocess.Popen")


def _only_reports(program: Program) -> ast.expr | None:
    if program.fails or not program.is_alone or not program.compares:
        return None
    if any("GITHUB_" in str(text.value) for text in program.texts) or any(
        _KEEPS.search(name) for _, name in program.calls
    ):
        return None
    told = [call for call, name in program.calls if _SAYS.search(name)]
    return next((call for call in told if _NO.search(ast.unparse(call))), None)


def _discarded_status(program: Program) -> ast.Call | None:
    if any(name in ("sys.exit", "exit", "quit", "os._exit") for _, name in program.calls) or not program.compares:
        return None
    answering = {
        node.name
        for node in program.nodes
        if isinstance(node, ast.FunctionDef) and node.name == "main" and _returns_failure(node)
    }
    for node in program.nodes:
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and program.called(call.func) in answering:
            return call
    return None


def _inverted_exit(program: Program) -> ast.Call | None:
    """Where a program ends with whether all is well as its status: `True` is 1, which is a failure."""
    functions = {node.name: node for node in program.nodes if isinstance(node, ast.FunctionDef)}
    for call, name in program.calls:
        answer = call.args[0] if name in ("sys.exit", "exit") and call.args else None
        if isinstance(answer, ast.Call) and isinstance(answer.func, ast.Name) and answer.func.id in functions:
            returned = [node.value for node in ast.walk(functions[answer.func.id]) if isinstance(node, ast.Return)]
            if any(map(_means_good_enough, returned)) and not any(map(_is_number, returned)):
                return call
        elif isinstance(answer, ast.Compare | ast.BoolOp) and _means_good_enough(answer):
            return call
    return None


def _means_good_enough(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is True
    said = ast.unparse(node) if isinstance(node, ast.Compare | ast.BoolOp | ast.Name | ast.Call) else ""
    return bool(_WELL.search(said)) and not _NO.search(said) and "any(" not in said


_WELL = regex(r"pass|\bok\b|good|better|success|\ball\(|>=", re.IGNORECASE)


def _is_number(node: ast.expr | None) -> bool:
    return isinstance(node, ast.IfExp) or (isinstance(node, ast.Constant) and type(node.value) is int)


def _returns_failure(function: ast.FunctionDef) -> bool:
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    fails = any(isinstance(each, ast.Constant) and each.value == 1 and each.value is not True for each in returned)
    either = any(
        isinstance(each, ast.IfExp) and {"0", "1"} == {*map(ast.unparse, (each.body, each.orelse))} for each in returned
    )
    raises = any(isinstance(node, ast.Raise | ast.Assert) for node in ast.walk(function))
    return (fails or either) and not raises
