"""What stands behind a port is named by its folder and its registry alone."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from mlops_spec.spec.environments import TARGETS as KINDS
from mlops_spec.spec.environments import AnyEnvironment
from mlops_spec.targets.registry import TARGETS
from mlops_spec.targets.target import Target

from .sources import PACKAGE, naming, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("sources")


@cache
def imports(file: Path) -> set[str]:
    """The modules that a file imports from, and the names that it takes from them, dotted."""
    found = set()
    for base, names, _ in taken(file):
        found |= {base, *(f"{base}.{name}" for name in names)} if base else {*names}
    return found


def importing(prefix: str) -> set[str]:
    """The modules outside of a folder that import anything from it."""
    inside = PACKAGE / prefix.removeprefix("mlops_spec.").replace(".", "/")
    files = {file for file in PACKAGE.rglob("*.py") if not file.is_relative_to(inside)}
    within = (prefix, f"{prefix}.")
    return {
        str(file.relative_to(PACKAGE))
        for file in files
        if any(name == within[0] or name.startswith(within[1]) for name in imports(file))
    }


def test_a_stage_does_not_know_where_its_command_runs() -> None:
    # on a node of a cluster a job is where its command runs
    assert importing("mlops_spec.compute.here") - {"compute/here.py"} == {"compute/registry.py", "compute/ray/job.py"}
    # a rehearsal starts a cluster of its own
    assert importing("mlops_spec.compute.ray") == {"compute/registry.py", "rehearse/nodes.py"}
    assert importing("mlops_spec.compute.registry") - {"compute/registry.py"} == {"pipeline/stage.py"}


def names_and_texts(tree: ast.Module) -> Iterator[str]:
    """Every identifier of a module, and every string but docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    heads = [node.body[0] for node in ast.walk(tree) if isinstance(node, documented) and node.body]
    docstrings = {id(head.value) for head in heads if isinstance(head, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() | bytes() as value) if id(node) not in docstrings:
                yield value if isinstance(value, str) else value.decode(errors="replace")
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.keyword(arg=str() as name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


# Who names the engine all the same, and why. People are told of DVC by its name, in capitals: that is no program of it.
KNOW_THE_ENGINE = {
    "platforms/github/workflow/": "reads other people's workflows, in which `dvc repro` is a word as `make` is",
    "rules/workflows/": "judges other people's workflows",
    "rehearse/": "plays persons who type the engine's commands, and attackers who change its files",
    "ledger/": "`dvc_lock` is a field of records that were written",
    "release/entry.py": "writes that field",
    "release/proof.py": "compares that field",
    "render/": "a lower room: how values are written into files by these names",
    "repository/example.py": "a lower room: the repository that the pages of rules show",
    "spec/storage.py": "a lower room: what the schema tells people",
    "system/extras.py": "a lower room: what to install for a module that is missing",
    "lint/cache/": "lists folders of this package, and loads none of them",
    "lint/example.py": "reads the pages of rules",
    "upgrade/describe.py": "runs in older versions, which have no port",
}


@cache
def naming_the_engine() -> dict[str, list[str]]:
    """The modules outside of `engines/` that name DVC's program or files, each with what it says."""
    found = {}
    for file, tree in naming("(?i)dvc", PACKAGE.rglob("*.py")):
        said = [each for each in names_and_texts(tree) if names_dvc(each)]
        if said and not file.is_relative_to(PACKAGE / "engines"):
            found[str(file.relative_to(PACKAGE))] = said
    return found


def names_dvc(text: str) -> bool:
    """Whether an identifier, or a string, has the engine's name as programs have it."""
    return "dvc" in (text.lower() if text.isidentifier() and text != "DVC" else text)


def test_outside_of_engines_nothing_imports_an_engine() -> None:
    outside = {file for file in importing("mlops_spec.engines.dvc") if not file.startswith("engines/")}

    assert outside == set()


def test_outside_of_engines_nothing_names_the_engine_s_files() -> None:
    strangers = {
        file: said for file, said in naming_the_engine().items() if not file.startswith(tuple(KNOW_THE_ENGINE))
    }

    assert strangers == {}


def test_who_may_name_the_engine_does() -> None:
    naming = naming_the_engine()
    idle = [place for place in KNOW_THE_ENGINE if not any(file.startswith(place) for file in naming)]

    assert idle == []


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ('"""Of dvc.yaml."""', False),
        ('say("DVC keeps it")', False),
        ('LOCK = "dvc.lock"', True),
        ("def plain_dvc(): ...", True),
        ("engine = Dvc(root)", True),
        ('(root / ".dvc").is_dir()', True),
        ("call(dvc_lock=1)", True),
        ("from mlops_spec.engines import dvc", True),
    ],
)
def test_the_engine_is_found_however_it_is_named(code: str, named: bool) -> None:
    assert any(map(names_dvc, names_and_texts(ast.parse(code)))) is named


# `serve` runs the server of the target `local`: it is this target's own command.
KNOW_THE_LOCAL_TARGET = {"targets/registry.py", "cli/serve.py"}


def test_outside_of_its_folder_nothing_imports_the_local_target() -> None:
    assert importing("mlops_spec.targets.local") == KNOW_THE_LOCAL_TARGET


def test_the_registry_has_the_targets_that_a_spec_may_name() -> None:
    assert [get_args(kind.model_fields["target"].annotation) for kind in KINDS] == [(name,) for name in TARGETS]


def test_the_target_that_contributing_shows_is_the_protocol() -> None:
    shown = (PACKAGE.parent / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")

    assert f"```python\n{inspect.getsource(Target)}```" in shown


def test_an_option_of_another_target_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"listen\n.*Extra inputs are not permitted"):
        TypeAdapter(AnyEnvironment).validate_python(
            {"target": "batch", "after": "merge", "input": "/in/{date}/a.parquet", "output": "/out/{date}"}
            | {"listen": "127.0.0.1:8080"}
        )


# Who names GitHub's variables beside `platforms/github`, and why it does.
NAME_VARIABLES_OF_GITHUB = {
    "rules/workflows": "rules read workflows of GitHub that people wrote",
    "rehearse/actions": "stand-ins for GitHub's own actions, which run without this package",
    "rehearse/door.py": "a step that runs without this package",
    "rehearse/exfiltration.py": "a script of somebody else's workflow",
    "rehearse/translate.py": "it translates the names in a workflow",
}
VARIABLE = re.compile(r"GITHUB_[A-Z]")


def texts(tree: ast.Module) -> set[str]:
    """The texts of a module but for its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
    return {node.value for node in constants if isinstance(node.value, str)}


def test_outside_of_its_folder_no_module_names_a_variable_of_github() -> None:
    named = {
        file.relative_to(PACKAGE).as_posix()
        for file, tree in naming(VARIABLE.pattern, PACKAGE.rglob("*.py"))
        if any(VARIABLE.search(text) for text in texts(tree))
    }
    beside = {name for name in named if not name.startswith("platforms/github/")}
    known = {name for name in beside if any(PurePosixPath(name).is_relative_to(at) for at in NAME_VARIABLES_OF_GITHUB)}

    assert beside - known == set()
    assert all(any(PurePosixPath(name).is_relative_to(at) for name in known) for at in NAME_VARIABLES_OF_GITHUB)


def test_the_run_is_read_from_the_environment_by_the_commands_alone() -> None:
    reading = importing("mlops_spec.platforms.github.run.run_of")

    assert {name for name in reading if not name.startswith("platforms/github/")} == {"cli/here.py"}


@pytest.mark.parametrize("room", ["git", "ledger"])
def test_git_and_the_ledger_know_no_platform(room: str) -> None:
    files = [*(PACKAGE / room).rglob("*.py")]

    assert files
    assert {name for file in files for name in imports(file) if name.startswith("mlops_spec.platforms")} == set()


# What is only about the clone itself needs no access to its remote.
OPEN_WITHOUT_ACCESS = {
    "compute/registry.py",
    "gates/drill/drill.py",
    "lint/folders.py",
    "lint/models.py",
    "pipeline/bundle.py",
    "pipeline/run.py",
    "plan/make.py",
    "rehearse/here/checkout.py",
    "repository/near.py",
    "review/build.py",
    "upgrade/working_copy.py",
}


def test_who_asks_the_remote_opens_the_repository_with_the_access_of_the_run() -> None:
    opening = {
        file.relative_to(PACKAGE).as_posix()
        for file, tree in naming(r"Git\.open", PACKAGE.rglob("*.py"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Git.open") and len(node.args) < 2
    }

    assert opening == OPEN_WITHOUT_ACCESS
