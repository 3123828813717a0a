"""JSON that others wrote may be nested deeper than Python goes: whoever reads it says what it is, and is no bug."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from mlops_spec.deploy.heartbeat import environment_of
from mlops_spec.deploy.outcome import Answers
from mlops_spec.errors import Exit, Failure
from mlops_spec.plan.duration import _seconds
from mlops_spec.targets.local.serve.wanted import read_status, read_wanted

from .sources import PACKAGE, naming

if TYPE_CHECKING:
    from pathlib import Path

# What is read there was written or checked by this very process or package, or by a command that it started.
OURS = {
    "mlops_spec/lint/cache/cached_lint.py": "its own cache, whose entries are named by their hash",
    "mlops_spec/release/card/said.py": "a bundle that was verified",
    "mlops_spec/cli/upgrade.py": "what the command before wrote",
    "mlops_spec/platforms/github/doctor/expected.py": "our own rulesets",
    "mlops_spec/start/new/requirement.py": "pip's note of our own installation",
    "mlops_spec/engines/dvc/objects.py": "a listing that DVC has by its hash",
    "mlops_spec/package/predictor/__main__.py": "the job that the pipeline gives it",
    "mlops_spec/targets/local/serve/compare.py": "says that it raises; `router._compared` takes it",
    "mlops_spec/targets/local/serve/remote.py": "a greeting, of which `data_received` takes whatever is wrong",
    "mlops_spec/spec/shape.py": "our own schema",
    "mlops_spec/compute/ray/start.py": "the job that the run gives it",
    "mlops_spec/compute/ray/job.py": "what `Asked.text` wrote",
    "mlops_spec/targets/batch/work.py": "what `Work.text` wrote",
    "mlops_spec/targets/batch/process.py": "the answer of our own process",
    "mlops_spec/upgrade/installed.py": "mlops-spec",
    "mlops_spec/upgrade/run.py": "mlops-spec",
    "mlops_spec/render/write/journal.py": "its own journal",
}


def unguarded(tree: ast.AST, guarded: bool = False) -> int:
    """How many calls of `json.loads` stand in no `try` that takes a RecursionError."""
    found = 0
    for node in ast.iter_child_nodes(tree):
        inner = guarded
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = False
        if isinstance(node, ast.Try):
            takes = any("RecursionError" in ast.unparse(each.type) for each in node.handlers if each.type)
            found += sum(unguarded(ast.Module([each], []), guarded or takes) for each in node.body)
            found += sum(
                unguarded(ast.Module([each], []), guarded)
                for each in (
                    *node.orelse,
                    *node.finalbody,
                    *(line for handler in node.handlers for line in handler.body),
                )
            )
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"json.loads", "json.load"} and not inner:
            found += 1
        found += unguarded(node, inner)
    return found


def test_whoever_reads_json_of_others_takes_any() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if "rehearse" not in file.relative_to(PACKAGE).parts]
    parsed = naming("json.load", files)
    bare = {file.relative_to(PACKAGE.parent).as_posix() for file, tree in parsed if unguarded(tree)}

    assert bare == set(OURS)


def test_the_check_sees_a_try_that_takes_it() -> None:
    assert unguarded(ast.parse("json.loads(a)"))
    assert unguarded(ast.parse("try:\n    json.loads(a)\nexcept ValueError:\n    pass"))
    assert not unguarded(ast.parse("try:\n    json.loads(a)\nexcept (ValueError, RecursionError):\n    pass"))


DEEP = b"[" * 100_000
HUGE = b'{"seconds": {"train": ' + b"1" * 400 + b"}}"


@pytest.mark.parametrize("content", [DEEP, b"{", b"[]", b'"\\ud800"', b"\xff"])
def test_what_an_agent_finds_in_its_folder(tmp_path: Path, content: bytes) -> None:
    for name in ("pending.json", "agent.json", "wanted.json", "status.json"):
        (tmp_path / name).write_bytes(content)
    answers = Answers(tmp_path, "staging")
    for read in (
        lambda: answers.pending(SimpleNamespace(hash="a")),  # type: ignore[arg-type]
        lambda: environment_of(tmp_path),
        lambda: read_wanted(tmp_path),
        lambda: read_status(tmp_path),
    ):
        with pytest.raises(Failure) as raised:
            read()
        assert raised.value.exit_code == Exit.CONFIG


def test_times_that_a_release_tells_are_none_where_they_are_no_numbers() -> None:
    assert _seconds(DEEP) == _seconds(HUGE) == {}
    assert _seconds(b'{"seconds": {"train": 2}}') == {"train": 2.0}
