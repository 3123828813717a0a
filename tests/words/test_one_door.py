"""All words go through `mlops_spec.words`: nothing else writes to stdout, stderr, or the files of a workflow's step."""

from __future__ import annotations

import ast
import re

import pytest

from ..sources import PACKAGE, naming

DOOR = PACKAGE / "words"
OF_A_STEP = {  # the door's other leaf, and what names its files
    PACKAGE / "platforms/github" / name for name in ("annotation.py", "step.py", "run.py", "variables.py")
}
# Scripts of a stand-in for GitHub's own actions: they run in its place, without this package.
STAND_INS = {PACKAGE / "rehearse" / name for name in ("actions", "sign_in", "door.py")}
# A script that any earlier version runs as well, which may have no door.
STAND_INS |= {PACKAGE / "upgrade" / "describe.py"}
MODULES = [file for file in sorted(PACKAGE.rglob("*.py")) if not {DOOR, *OF_A_STEP, *STAND_INS} & {file, *file.parents}]
STEP_FILES = {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"}
NAMES_OF_STEP_FILES = {file.removeprefix("GITHUB_") for file in STEP_FILES}  # in platforms/github/variables.py
CLICK = {"echo", "secho", "echo_via_pager", "prompt", "confirm", "progressbar", "pause"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
# What no module lacks that says something, whichever of the ways below it takes.
SAYING = (
    r"print|input\(|stdout|stderr|/dev/std|click|open\(|os\.|warn|logging|xit|rich|variables|GITHUB|summary|outputs"
)


def spoken(tree: ast.AST) -> list[str]:
    """What in a module says something by itself."""
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    return [said for node in ast.walk(tree) if id(node) not in typing_only and (said := by(node))]


def by(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id="print" | "pprint" | "input" as name)):
            return name
        case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in STREAMS:
            return f"sys.{name}"
        case ast.Attribute(value=ast.Name(id="click"), attr=name) if name in CLICK:
            return f"click.{name}"
        case ast.Attribute(value=ast.Name(id="traceback"), attr=name) if name.startswith("print"):
            return f"traceback.{name}"
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="os"), attr="write" | "fdopen"), args=[ast.Constant(value=1 | 2), *_]
        ):
            return "os.write"
        case (
            ast.Call(func=ast.Attribute(attr="open"), args=[ast.Constant(value="a" | "at"), *_])
            | ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value="a" | "at"), *_])
        ):
            return "appends text"
        case ast.Attribute(value=ast.Name(id="warnings"), attr="warn") | ast.Import(names=[ast.alias(name="logging")]):
            return "warns"
        case ast.Call(
            func=ast.Name(id="SystemExit" | "exit") | ast.Attribute(value=ast.Name(id="sys"), attr="exit"),
            args=[ast.JoinedStr() | ast.Constant(value=str())],
        ):
            return "ends with words"
        case ast.ImportFrom(module="sys", names=names) if STREAMS & {name.name for name in names}:
            return "from sys"
        case ast.ImportFrom(module="click", names=names) if CLICK & {name.name for name in names}:
            return "from click"
        case ast.ImportFrom(module="rich.console" | "rich", names=names) if any(
            name.name in {"Console", "print", "get_console"} for name in names
        ):
            return "rich's console"
        case ast.ImportFrom(module="mlops_spec.platforms.github.variables", names=names) if NAMES_OF_STEP_FILES & {
            name.name for name in names
        }:
            return "from variables"
        case ast.Attribute(value=ast.Name(id="variables"), attr=name) if name in NAMES_OF_STEP_FILES:
            return f"variables.{name}"
        case ast.Attribute(value=ast.Name(id="run"), attr="outputs" | "summary" as name):
            return f"run.{name}"
        case ast.Constant(value=str(text)) if text in STEP_FILES:
            return text
        case ast.Constant(value=str(text)) if text.startswith("/dev/std"):
            return text
    return ""


def test_only_the_door_says_something() -> None:
    saying = {str(file.relative_to(PACKAGE)): spoken(tree) for file, tree in naming(SAYING, MODULES)}
    # rules read what other people's scripts write there
    read = {
        name
        for name in saying
        if name.startswith(("rules/workflows/", "platforms/github/workflow/")) and set(saying[name]) <= STEP_FILES
    }

    found = {name: said for name, said in saying.items() if said and name not in read}
    assert found == {
        "compute/ray/start.py": ["sys.stdout", "sys.stdout"],  # on a node of a cluster, where there is no door
        "rehearse/hosts.py": ["appends text"],  # to a host's log
        "targets/batch/run.py": ["print", "sys.stdout"],  # the answer to the process that asks
    }


@pytest.mark.parametrize(
    "code",
    [
        "print('a')",
        "import sys\nsys.stdout.write('a')",
        "sys.stderr.flush()",
        "from sys import stderr",
        "click.echo('a')",
        "from click import echo",
        "def f():\n    from rich.console import Console",
        "from rich import print",
        "import os\nos.write(2, b'a')",
        "open(os.environ['GITHUB_STEP_SUMMARY'], 'a')",
        "Path(run.outputs).write_text('x')",
        "from mlops_spec.platforms.github.variables import OUTPUT",
        "os.environ[variables.STEP_SUMMARY]",
        "traceback.print_exc()",
        "summary.open('a', encoding='utf-8')",
        "open(file, 'a')",
        "import logging",
        "warnings.warn('a')",
        "import sys\nsys.exit(f'a {b}')",
        "raise SystemExit('a')",
    ],
)
def test_the_check_sees_whoever_goes_around(code: str) -> None:
    assert re.search(SAYING, code)
    assert spoken(ast.parse(code))


def test_types_may_name_what_they_do_not_use() -> None:
    assert spoken(ast.parse("if TYPE_CHECKING:\n    from rich.console import Console")) == []
