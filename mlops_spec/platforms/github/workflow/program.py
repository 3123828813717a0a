"""A Python file that a step runs, judged by its syntax tree: what it calls, and whether it can fail."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.repository.view import Python

_ENDS = frozenset(("sys.exit", "exit", "quit", "os._exit", "os.abort"))
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_RAISING = regex(r"(^|\.)(check_call|fail|raise_for_status|setFailed|abort|assert\w*)$")
#: Libraries that end no program by themselves; a module of the project might.
_OTHERS = regex(
    r"numpy|pandas|polars|pyarrow|scipy|sklearn|skops|joblib|yaml|toml|tomli|dvc|mlflow|wandb|torch|tensorflow|keras"
    r"|xgboost|lightgbm|catboost|matplotlib|seaborn|requests|httpx|boto3|botocore|sagemaker|kfp|google|azure|transformers"
    r"|datasets|evaluate|huggingface_hub|duckdb|loguru|rich|tqdm|tabulate|dotenv|omegaconf|onnxruntime|statsmodels|PIL|cv2"
)


@dataclass(frozen=True, eq=False)
class Program:
    """A Python file that a command starts."""

    python: Python

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        return tuple(ast.walk(self.python.tree))

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """What each imported name stands for, `module` or `module.name`; in a package of its own with a dot before."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {name.asname or name.name.partition(".")[0]: name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                found |= {name.asname or name.name: f"{module}.{name.name}" for name in node.names}
        return found

    @cached_property
    def calls(self) -> Sequence[tuple[ast.Call, str]]:
        """Each call, with the whole name of what is called as far as the imports say it."""
        return [(node, self.called(node.func)) for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def assigned(self) -> Mapping[str, ast.Call]:
        """What each name is that is given what a call answers."""
        return {
            target.id: node.value
            for node in self.nodes
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def made_by(self, name: str) -> str:
        """The whole name of the call that a method's object comes from, `a.b().c` for `x = a.b(); x.c()`."""
        first, _, rest = name.partition(".")
        made = self.assigned.get(first)
        return f"{self.called(made.func)}().{rest}" if made and rest else name

    def called(self, node: ast.expr) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            parts.append(self.imports.get(node.id, node.id))
        elif isinstance(node, ast.Call):
            parts.append(f"{self.called(node.func)}()")
        return ".".join(reversed(parts))

    @cached_property
    def texts(self) -> Sequence[ast.Constant]:
        """The texts that stand in it, but for what describes it."""
        said = {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}
        return [
            node
            for node in self.nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
        ]

    @cached_property
    def is_alone(self) -> bool:
        """Whether it takes nothing from modules that may be the project's own."""
        tops = {name.partition(".")[0] for name in self.imports.values()}
        return all(top in sys.stdlib_module_names or _OTHERS.fullmatch(top) for top in tops)

    @cached_property
    def compares(self) -> Sequence[ast.Compare]:
        """Where it asks which of two values is larger."""
        return [node for node in self.nodes if isinstance(node, ast.Compare) and isinstance(node.ops[0], _ORDERS)]

    @cached_property
    def fails(self) -> bool:
        """Whether something in it may end it as failed on purpose."""
        caught = self._swallowed_raises
        if any(isinstance(node, ast.Raise | ast.Assert) and id(node) not in caught for node in self.nodes):
            return True
        return any(_fails(call, name) for call, name in self.calls)

    @cached_property
    def _swallowed_raises(self) -> set[int]:
        found: set[int] = set()
        for node in self.nodes:
            if isinstance(node, ast.Try) and node.handlers and not any(map(self._may_pass_on, node.handlers)):
                found |= {id(inner) for statement in node.body for inner in ast.walk(statement)}
        return found

    def _may_pass_on(self, handler: ast.ExceptHandler) -> bool:
        kinds = {name for each in [handler.type] if each is not None for name in names_in(each)}
        if kinds and not kinds & {"AssertionError", "Exception", "BaseException", "ValueError"}:
            return True
        inside = [node for statement in handler.body for node in ast.walk(statement)]
        calls = [node for node in inside if isinstance(node, ast.Call)]
        raised = any(isinstance(node, ast.Raise | ast.Return) for node in inside)
        return raised or any(_fails(call, self.called(call.func)) for call in calls)

    @cached_property
    def decides(self) -> bool:
        """Whether it compares values and may end as failed."""
        return self.fails and bool(self.compares)


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def names_in(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def _fails(call: ast.Call, name: str) -> bool:
    if name in _ENDS or name.endswith(".exit"):
        ends_well = not call.args or (isinstance(call.args[0], ast.Constant) and call.args[0].value in (0, None))
        return not ends_well
    return bool(_RAISING.search(name)) or is_true(keywords(call).get("check"))


def ends_as_failed(body: Sequence[ast.stmt]) -> bool:
    """Whether statements that run one behind the other end their program as failed."""
    for each in body:
        if isinstance(each, ast.Raise):
            return True
        if (
            isinstance(each, ast.Expr)
            and isinstance(each.value, ast.Call)
            and _fails(each.value, ast.unparse(each.value.func))
        ):
            return True
    return False


def inline(words: Sequence[str], document: str) -> tuple[str, tuple[str, ...]]:
    """The Python that stands behind `-c` or in a here-document, with the arguments that it is given; or empty."""
    if "-c" in words[:-1]:
        place = words.index("-c") + 1
        return words[place], tuple(words[place + 1 :])
    behind = [word for word in words[1:] if not word.startswith("-") or word == "-"]
    return document, tuple(behind[1:] if behind[:1] == ["-"] else behind)
