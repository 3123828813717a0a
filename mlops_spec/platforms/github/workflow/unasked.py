"""Programs that let data or a model be checked, and do not ask what came of it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.program import keywords
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.program import Program

#: Libraries whose checks answer by a value and raise nothing, with the calls that check.
_CHECKS = (
    (regex(r"great_expectations|gx"), regex(r"\.(validate|run|run_checkpoint)$|^great_expectations\.\w*validate\w*$")),
    (regex(r"soda(\..*)?"), regex(r"\.execute$")),
    (regex(r"tensorflow_data_validation"), regex(r"\.validate_(statistics|instance|examples\w*)$")),
    (regex(r"frictionless"), regex(r"(^|\.)validate$")),
    (regex(r"cerberus"), regex(r"\.validate$")),
    (regex(r"pydeequ(\..*)?"), regex(r"\.run$")),
    (regex(r"evidently\.test_suite.*|evidently\.tests.*"), regex(r"\.run$")),
    (regex(r"deepchecks(\..*)?"), regex(r"\.run$")),
    (regex(r"whylogs(\..*)?constraints.*"), regex(r"\.(validate|generate_constraints_report)$")),
)
#: What one of them says that does raise, or is asked.
_ASKED = frozenset(
    "assert_no_checks_fail assert_no_checks_warn_or_fail has_check_fails raise_on_error raise_for_status".split()
)


def unasked_check(program: Program) -> ast.Call | None:
    """The check of a program that goes on, and ends well, whatever it finds; None where it asks, or has none."""
    modules = {name.rpartition(".")[0] or name for name in program.imports.values()} | {*program.imports.values()}
    known = [calls for library, calls in _CHECKS if any(library.fullmatch(each) for each in modules)]
    if not known or program.fails or _decides(program):
        return None
    found = [
        call
        for call, name in program.calls
        if any(calls.search(name) for calls in known)
        and not name.startswith("subprocess")
        and "check" not in keywords(call)
    ]
    return found[-1] if found else None


def _decides(program: Program) -> bool:
    """Whether it branches by a value, returns one, or hands it on in a file: then something else may ask."""
    for node in program.nodes:
        if isinstance(node, ast.If | ast.IfExp | ast.While) and "__name__" not in ast.unparse(node.test):
            return True
        if isinstance(node, ast.Return) and node.value is not None:
            return True
        if isinstance(node, ast.Attribute) and (node.attr in _ASKED or node.attr in ("dump", "write", "write_text")):
            return True
        if isinstance(node, ast.Constant) and node.value in ("GITHUB_OUTPUT", "GITHUB_ENV"):
            return True
    return False
