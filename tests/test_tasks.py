"""A task is two files and two lines: nobody else tells tasks apart by name, and none leaves anything out."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import get_args

import pytest

from mlops_spec.errors import Failure
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.spec.tasks import TASKS, task_called
from mlops_spec.spec.tasks.task import Meaning, TaskName
from mlops_validators.arrays import Task as Computed

from .sources import PACKAGE, naming

HOMES = (PACKAGE / "spec" / "tasks", PACKAGE / "pipeline" / "tasks")
AMBIGUOUS = ("custom",)  # a format of models too, and a word of workflows
# What draws a spec from another tool's, an example's smallest spec, and a word of workflows.
WRITERS = ("start/adopt/recipe.py", "lint/explain.py", "platforms/github/workflow/roles.py")


def named(tree: ast.AST) -> set[str]:
    """The tasks that a module names in code; docstrings are prose, and a word of other keys is one beside a task."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    beside = {id(part) for node in ast.walk(tree) if _compares_tasks(node) for part in ast.walk(node)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose)
    found = (node for node in constants if isinstance(node.value, str) and node.value in TASKS)
    return {str(node.value) for node in found if node.value not in AMBIGUOUS or id(node) in beside}


def _compares_tasks(node: ast.AST) -> bool:
    return isinstance(node, ast.Compare | ast.Match | ast.Subscript) and any(
        getattr(part, "attr", getattr(part, "id", "")) == "task" for part in ast.walk(node)
    )


def test_nobody_else_tells_tasks_apart() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if not any(home in file.parents for home in HOMES)]
    parsed = naming("|".join(TASKS), files)
    found = {str(file.relative_to(PACKAGE)) for file, tree in parsed if named(tree)}

    assert found - {*WRITERS} == set()


def test_a_word_of_another_key_is_no_task() -> None:
    assert not named(ast.parse("if train.format == 'custom': pass"))


@pytest.mark.parametrize(
    "source",
    [
        "if task == 'regression': pass",
        "match task:\n case 'regression' | 'binary-classification': pass",
        "{'multiclass-classification': 1}[task]",
        "if spec.task == 'custom': pass",
        "match manifest.task:\n case 'custom': pass",
    ],
)
def test_telling_tasks_apart_is_found(source: str) -> None:
    assert named(ast.parse(source))


def test_all_registries_hold_the_same_tasks_in_the_same_order() -> None:
    assert [*TASKS] == [*get_args(TaskName)] == [*TARGETS] == [*get_args(Computed)]
    assert all(task.name == name for name, task in TASKS.items())


def test_what_a_task_lacks_is_said_with_a_reason() -> None:
    for task in TASKS.values():
        assert {*task.lacks} <= {*get_args(Meaning)}
        assert all(reason.strip() for reason in task.lacks.values())
        assert task.has("decision") == (task.decides != "nothing")


def test_a_package_of_an_unknown_task_is_refused() -> None:
    with pytest.raises(Failure, match="`divination`, which this mlops-spec does not know"):
        task_called("divination")


def test_a_tasks_light_half_loads_no_numpy() -> None:
    heavy = "print([name for name in ('numpy', 'pandas', 'sklearn', 'mlops_validators') if name in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", f"import sys, mlops_spec.spec.tasks\n{heavy}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"
