"""Where the tasks are told apart: CONTRIBUTING lists the modules, so that whoever adds a task sees them all."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

from mlops_spec.spec import Spec

ROOT = Path(__file__).parent.parent
PAGE = ROOT / ".github" / "CONTRIBUTING.md"
TASKS = set(get_args(Spec.model_fields["task"].annotation))
HEAD = "| module | what it is |\n|---|---|\n"
SOURCES = (ROOT / "mlops_spec", ROOT / "validators")


def names_a_task(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Constant) and node.value in TASKS for node in ast.walk(tree))


def lines() -> list[str]:
    """A line for each module that names a task by its name; rules are apart, since each is about one mistake."""
    found = []
    for file in sorted(each for source in SOURCES for each in source.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if names_a_task(tree) and not file.is_relative_to(ROOT / "mlops_spec" / "rules"):
            sentence = (ast.get_docstring(tree) or "").partition("\n")[0]
            found.append(f"| `{file.relative_to(ROOT)}` | {sentence} |")
    return found


def test_contributing_lists_what_tells_tasks_apart(*, update: bool) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(HEAD)
    _, end, after = rest.partition("\n\n")
    right = f"{before}{HEAD}" + "\n".join(lines()) + f"{end}{after}"
    if update:
        PAGE.write_text(right, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == right, "stale: run pytest tests/test_tasks.py --update"


def test_a_module_that_names_a_task_is_seen() -> None:
    assert names_a_task(ast.parse("if task == 'regression': pass"))
    assert not names_a_task(ast.parse('"""Of regression."""'))
