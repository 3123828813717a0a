"""What a program learns from, and when: from rows that are set aside, or from all before they are parted."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.program import keywords, names_in
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.platforms.github.workflow.program import Program

_TEST = regex(r"(?i)(x_?)?(test|holdout|hold_out)(_?(x|set|data|df|rows|features|ds|dataset|pool|loader))?|x_?te")
_FITS = regex(r"\.(fit|fit_transform|partial_fit|fit_resample)$")
_WATCHED = ("eval_set", "validation_data", "evals", "valid_sets", "eval_dataset")
_STOPS = regex(
    r"early_stopping(_rounds)?|EarlyStopping\w*|ModelCheckpoint|load_best_model_at_end|od_wait|use_best_model|save_best_only"
)
_CURVES = regex(r"(^|\.)(roc_curve|precision_recall_curve)$")
_SPLITS = regex(r"(^|\.)(train_test_split|random_split|randomSplit)$")
#: What learns of rows nothing but which values there are.
_HARMLESS = regex(
    r"Label(Encoder|Binarizer)|OneHotEncoder|OrdinalEncoder|MultiLabelBinarizer|FunctionTransformer|PolynomialFeatures"
    r"|CountVectorizer|HashingVectorizer|Tokenizer|Binarizer|Normalizer"
)
_LEARNS = regex(r"\.(fit_transform|fit_resample)$|^sklearn\.utils\.resample$|^imblearn\..*\.fit_resample$")


def learned_test_rows(program: Program) -> Iterator[tuple[ast.expr, str]]:
    """Calls that learn from rows that are called the test's, with what these are called."""
    stops = any(_STOPS.fullmatch(each) for each in _words(program))
    for call, name in program.calls:
        if _FITS.search(f".{name}" if "." not in name else name) and call.args and (rows := _test_name(call.args[:1])):
            yield call, rows
        for key, value in keywords(call).items():
            if key in _WATCHED and stops and (rows := _test_name([value])) and not _names_validation(value):
                yield value, rows
    if any(_CURVES.search(name) and _test_name([*call.args[:1]], "y") for call, name in program.calls):
        yield from _best_thresholds(program)


def learned_before_split(program: Program) -> Iterator[tuple[ast.expr, str]]:
    """Calls that learn from rows, or draw more of them, which are parted afterwards; with what learns."""
    for body in _bodies(program):
        learned: dict[str, tuple[ast.expr, str]] = {}
        for statement in body:
            for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
                name = program.called(call.func)
                if _SPLITS.search(name):
                    used = {each for argument in call.args for each in names_in(argument)}
                    yield from dict.fromkeys(learned.pop(each) for each in list(learned) if each in used)
            if isinstance(statement, ast.Assign) and (found := _learning(statement.value, program)):
                targets = {each for target in statement.targets for each in _roots(target)}
                learned |= dict.fromkeys((each for each in targets if "train" not in each.lower()), found)


def _learning(value: ast.expr, program: Program) -> tuple[ast.expr, str] | None:
    for call in (node for node in ast.walk(value) if isinstance(node, ast.Call)):
        name = program.called(call.func)
        if not _LEARNS.search(name) or not call.args:
            continue
        made = name.rpartition(".")[0]
        made = program.called(program.assigned[made].func) if made in program.assigned else made.removesuffix("()")
        if not _HARMLESS.search(made) and not {*names_in(call.args[0])} & {"y", "labels", "target"}:
            return call, made.rpartition(".")[2]
    return None


def _bodies(program: Program) -> Iterator[Sequence[ast.stmt]]:
    yield program.python.tree.body
    for node in program.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.body


def _roots(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _roots(each)
    elif isinstance(target, ast.Subscript | ast.Attribute):
        yield from _roots(target.value)
    elif isinstance(target, ast.Name):
        yield target.id


def _words(program: Program) -> Iterator[str]:
    for node in program.nodes:
        if isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _test_name(nodes: Sequence[ast.expr], prefix: str = "x") -> str:
    for node in nodes:
        for each in names_in(node):
            bare = each.lower().removeprefix(f"{prefix}_")
            if _TEST.fullmatch(each) or (each.lower().startswith(f"{prefix}_") and bare in ("test", "holdout")):
                return each
    return ""


def _names_validation(node: ast.expr) -> bool:
    return any("val" in each.lower() for each in names_in(node))


def _best_thresholds(program: Program) -> Iterator[tuple[ast.expr, str]]:
    for node in program.nodes:
        of_curve = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and "thr" in node.value.id
        if isinstance(node, ast.Subscript) and of_curve and "argmax" in names_in(node.slice):
            yield node, "y_test"
