"""By what a program or a sweep chooses one of many models: a metric, and whether more of it is better."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.bounds import is_higher, is_lower
from mlops_spec.platforms.github.workflow.program import is_true, keywords, names_in
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address
    from mlops_spec.platforms.github.workflow.program import Program

_METRICS = ("monitor", "metric", "metric_for_best_model", "objective_metric_name", "primary_metric", "metric_name")
_DIRECTIONS = ("mode", "direction", "goal", "greater_is_better", "objective_type", "order")
_MORE = frozenset(("max", "maximize", "maximise", "desc", "descending", "true"))
_LESS = frozenset(("min", "minimize", "minimise", "asc", "ascending", "false"))
#: What turns a metric round, or is a difference.
_TURNED = regex(r"(^|[^a-z])(neg|negative|minus|inv|inverse|improvement|reduction|skill|drop|saved)([^a-z]|$)")
_LIGHTNING = regex(r"(pytorch_)?lightning\b.*\.(ModelCheckpoint|EarlyStopping)$")
_ORDERED = regex(
    r"(?:metrics\.|summary_metrics\.)?[`\"]?(?P<metric>[\w./: -]+?)[`\"]?\s+(?P<way>ASC|DESC)", re.IGNORECASE
)
_SUMMARY = regex(r"(?P<sign>[+-]?)summary(?:_metrics)?\.(?P<metric>[\w./-]+)")


class Choice(NamedTuple):
    """A choice of the best by a metric; `more`: the one is taken that has most of it, None where nothing says it."""

    metric: str
    more: bool | None
    node: ast.expr

    @property
    def takes_the_worst(self) -> bool:
        return self.more is not None and contrary(self.metric, more=self.more)


def contrary(metric: str, *, more: bool) -> bool:
    """Whether taking most of a metric, or least, takes the worst, as far as its name says it."""
    name = metric.lower().replace(":", "_").replace("/", "_").replace("-", "_").replace(".", "_")
    if _TURNED.search(name.replace("_", " ")):
        return False
    return is_lower(name) if more else is_higher(name)


def in_program(program: Program) -> Iterator[Choice]:
    """The choices in a Python file, by the calls of the usual libraries and of Python itself."""
    best = _kept_as_best(program)
    for call, name in program.calls:
        given = keywords(call)
        last = name.rpartition(".")[2]
        if last == "search_runs":
            yield from _ordered(given.get("order_by"))
        elif last == "runs" and (found := _SUMMARY.fullmatch(_text(given.get("order")) or "")):
            yield Choice(found["metric"], found["sign"] == "-", given["order"])
        elif last == "make_scorer" and call.args:
            more = given.get("greater_is_better")
            yield Choice(program.called(call.args[0]).rpartition(".")[2], more is None or is_true(more), call)
        elif last in ("max", "min", "sorted") and isinstance(key := given.get("key"), ast.Lambda) and call in best:
            turned = last == "sorted" and is_true(given.get("reverse"))
            yield from _by_key(key, more=last == "max" or turned)
        elif last in ("sort_values", "nlargest", "nsmallest", "idxmax", "idxmin"):
            yield from _of_table(call, last, best=call in best)
        else:
            yield from _by_keywords(call, name, given)
    yield from _of_study(program)


def in_sweep(document: Document) -> Iterator[tuple[str, bool, Address]]:
    """The metric of a sweep's file, whether it takes most of it, and where that stands."""
    data = mapping(document.data)
    metric = mapping(data.get("metric"))  # of Weights & Biases, where less is better unless it says otherwise
    if name := text(metric.get("name")):
        yield name, text(metric.get("goal")) == "maximize", ("metric", "name")
    for above, objective in (((), data), (("spec",), mapping(data.get("spec")))):
        asked = mapping(objective.get("objective"))  # of Katib and of Azure
        for key, way in (("objectiveMetricName", "type"), ("primary_metric", "goal")):
            if (name := text(asked.get(key))) and (more := _way(text(asked.get(way)))) is not None:
                yield name, more, (*above, "objective", key)


_BEST = regex(r"best|winner|champion|top|chosen|selected", re.IGNORECASE)


def _kept_as_best(program: Program) -> set[ast.AST]:
    """All that is within what a name is given that says it is the best: a worst slice may be looked for as well."""
    return {
        inner
        for node in program.nodes
        if isinstance(node, ast.Assign) and any(map(_BEST.search, names_in(node.targets[0])))
        for inner in ast.walk(node.value)
    }


def _ordered(node: ast.expr | None) -> Iterator[Choice]:
    listed = node.elts if isinstance(node, ast.List | ast.Tuple) else [node] if node is not None else []
    for each in listed[:1]:
        if "metrics." in (said := _text(each) or "") and (found := _ORDERED.fullmatch(said)):
            yield Choice(found["metric"], found["way"].upper() == "DESC", each)


def _by_key(key: ast.Lambda, *, more: bool) -> Iterator[Choice]:
    turned = isinstance(key.body, ast.UnaryOp)
    texts = [node for node in ast.walk(key.body) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if texts and not turned and not isinstance(key.body, ast.BinOp | ast.Tuple):
        yield Choice(str(texts[-1].value), more, key)


def _of_table(call: ast.Call, last: str, *, best: bool) -> Iterator[Choice]:
    given = keywords(call)
    if last in ("idxmax", "idxmin"):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if best and isinstance(owner, ast.Subscript) and (metric := _text(owner.slice)):
            yield Choice(metric, last == "idxmax", call)
        return
    column = given.get("by") or given.get("columns") or next(iter(call.args[int(last != "sort_values") :]), None)
    if metric := _text(column):
        more = last == "nlargest" if last != "sort_values" else _is_false(given.get("ascending"))
        if "metrics." in metric:  # any other table may be sorted to be looked at
            yield Choice(metric.removeprefix("metrics."), more, call)


def _by_keywords(call: ast.Call, name: str, given: dict[str, ast.expr]) -> Iterator[Choice]:
    metric = next((found for key in _METRICS if (found := _text(given.get(key)))), "")
    if not metric:
        return
    ways = [way for key in _DIRECTIONS if (way := _way(_word(given.get(key)))) is not None]
    more = ways[0] if ways else None
    if more is None and _LIGHTNING.search(name) and "mode" not in given:
        more = False
    if more is None and "metric_for_best_model" in given and "greater_is_better" not in given:
        more = not metric.endswith("loss")  # as Transformers takes it
    yield Choice(metric, more, call)


def _of_study(program: Program) -> Iterator[Choice]:
    """Optuna's study with what its objective returns, where that is a metric by its name."""
    created = [call for call, name in program.calls if name.endswith("create_study")]
    if len(created) != 1 or "directions" in keywords(created[0]):
        return
    more = _way(_word(keywords(created[0]).get("direction"))) if "direction" in keywords(created[0]) else False
    returned = [
        node.value
        for function in program.nodes
        if isinstance(function, ast.FunctionDef) and "objective" in function.name
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None
    ]
    if len(returned) == 1 and (metric := _named(returned[0], program)):
        yield Choice(metric, more, created[0])


def _named(node: ast.expr, program: Program) -> str:
    """What a returned value is called: a name, an item, or the function that made it."""
    if isinstance(node, ast.Name | ast.Attribute):
        made = program.assigned.get(node.id) if isinstance(node, ast.Name) else None
        name = node.id if isinstance(node, ast.Name) else node.attr
        known = is_higher(name.lower()) or is_lower(name.lower())
        return name if known or made is None else program.called(made.func).rpartition(".")[2]
    if isinstance(node, ast.Subscript):
        return _text(node.slice) or ""
    return program.called(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _way(said: str) -> bool | None:
    word = said.lower()
    return True if word in _MORE else False if word in _LESS else None


def _word(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):  # of an enumeration
        return node.attr
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
