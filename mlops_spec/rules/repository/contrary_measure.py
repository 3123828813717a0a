"""A measure of one's own is better the way that its code counts.

A distance of 0 is the best there is. With `direction: higher` the gate keeps the model that is further off, and the
champion is beaten by being wrong.

Bad:

    evaluate:
      metrics:
        - {name: edits, run: "example.measures:edits", direction: higher}
    # src/example/measures.py
    def edits(y_true, y_score):
        # The share of letters that have to be changed; 0 is the right form.
        return [levenshtein(a, b) / max(len(a), len(b), 1) for a, b in zip(y_true, y_score)]

Good:

    evaluate:
      metrics:
        - {name: edits, run: "example.measures:edits", direction: lower}
    # src/example/measures.py
    def edits(y_true, y_score):
        # The share of letters that have to be changed; 0 is the right form.
        return [levenshtein(a, b) / max(len(a), len(b), 1) for a, b in zip(y_true, y_score)]

Fix: write the other direction, or count what is right.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.entry_points import defined
from mlops_spec.spec.evaluate import CustomMetric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.entry_points import Function
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS846"
NAME = "contrary-measure"
SEVERITY: Severity = "warning"

_LESS_SAID = regex(
    r"\b(?:lower|less|smaller|fewer) is better\b|\bthe (?:lower|less|smaller|fewer),? the better\b"
    r"|\b(?:0|0\.0|zero|nought) (?:is|means|for|=) (?:the |a |an )?(?:best|perfect|ideal|official|exact|right|correct"
    r"|same|identical|no (?:error|difference|mistake))|\b(?:1|1\.0|one) (?:is|means) (?:the )?(?:worst"
    r"|nothing in common|all wrong|entirely wrong)|\bto be minimi[sz]ed\b"
    r"|\b(?:0|0\.0|zero|nought) (?:where|if|when) (?:all|every\w*|each|nothing|none)\b"
    r"[^.;]*\b(?:there|right|supported|correct|found"
    r"|missing|wrong|invented)\b"
    r"|\b(?:share|number|count|part|proportion|fraction|percentage|rate) of [^.;]*"
    r"(?:\bthe (?:reference|source|truth|text|notes?) (?:does|do) not\b|\bno (?:reference|source|evidence)\b"
    r"|(?<!not )\b(?:made up|makes up|invent\w*|wrong\w*|missed|miss(?:es|ing)|contradict\w*|hallucinat\w*|unsupported"
    r"|mistak\w*)\b)"
)
_MORE_SAID = regex(
    r"\b(?:higher|more|larger|bigger|greater) is better\b|\bthe (?:higher|more|larger|greater),? the better\b"
    r"|\b(?:1|1\.0|one|100) (?:is|means|for|=) (?:the |a |an )?(?:best|perfect|ideal|exact|right|correct|same"
    r"|identical)"
    r"|\b(?:0|0\.0|zero|nought) (?:is|means) (?:the )?(?:worst|all wrong|chance|no better)|\bto be maximi[sz]ed\b"
)
_FAR = regex(
    r"(^|_)(levenshtein|hamming|distances?|mean_\w*_error|\w+_loss|\w+_error|max_error|wer|cer|rmse|mse|mae|mape|smape"
    r"|logloss|cdist|norm|zero_one_loss)$"
)
_NEAR = regex(
    r"(^|_)(\w+_score|similarity|ratio|accuracy|jaccard|bleu|rouge\w*|chrf|auc|recall|precision|f1|r2|corr\w*"
    r"|pearsonr|spearmanr|kendalltau)$"
)
_SUMS = ("sum", "mean", "fmean", "average", "count_nonzero")
_COUNTS: dict[type[ast.cmpop], str] = {ast.NotEq: "lower", ast.Eq: "higher"}
_WORDS = {"lower": _LESS_SAID, "higher": _MORE_SAID}


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for index, metric in enumerate(spec.evaluate.metrics):
        if not isinstance(metric, CustomMetric):
            continue
        module, _, name = metric.run.partition(":")
        code = repository.python(repository.module(module))
        function = defined(code.tree, name) if code is not None else None
        right = _direction(function) if function is not None else ""
        if right and right != metric.direction:
            message = f"by the code of `{metric.run}`, {right} is better of `{metric.name}`"
            yield Finding(("evaluate", "metrics", index, "direction"), message, f"write `{right}`")


def _direction(function: Function) -> str:
    """Which way is better, as the function's words tell it, else as what it returns does; empty where neither tells."""
    words = " ".join((ast.get_docstring(function) or "").lower().split())
    said = {direction for direction, form in _WORDS.items() if form.search(words)}
    return said.pop() if len(said) == 1 else _direction_of_code(function) if not said else ""


def _direction_of_code(function: Function) -> str:
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    found = {_direction_of_value(each) for node in returned for each in _filled(function, node)}
    return found.pop() if len(found) == 1 else ""


def _filled(function: Function, returned: ast.expr) -> list[ast.expr]:
    """What a list that is returned is filled with, one by one; else what is returned."""
    appended = [
        node.args[0]
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and len(node.args) == 1
        and ast.unparse(node.func) == f"{ast.unparse(returned)}.append"
    ]
    return appended or [returned]


def _direction_of_count(node: ast.expr) -> str:
    """Of a sum or mean of what is not, or is, as it should be; empty for any other value."""
    if any(isinstance(each, ast.Sub | ast.USub | ast.Invert | ast.Not) for each in ast.walk(node)):
        return ""
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    summed = [_first(each) for each in calls if ast.unparse(each.func).rpartition(".")[2] in _SUMS]
    counted = [each.elt if isinstance(each, ast.GeneratorExp | ast.ListComp) else each for each in summed]
    compared = [each for each in counted if isinstance(each, ast.Compare) and len(each.ops) == 1]
    ways = [_COUNTS.get(type(each.ops[0]), "") for each in compared if not _has_constant(each)]
    return ways[0] if len(ways) == 1 else ""


def _first(call: ast.Call) -> ast.expr:
    """What a function or a method is called for."""
    return call.args[0] if call.args else call.func.value if isinstance(call.func, ast.Attribute) else call


def _has_constant(compared: ast.Compare) -> bool:
    return any(isinstance(each, ast.Constant) for each in (compared.left, *compared.comparators))


def _direction_of_value(node: ast.expr) -> str:
    """Of a value that is a distance or a likeness, or that divided or averaged; what is subtracted tells nothing."""
    if counted := _direction_of_count(node):
        return counted
    if any(isinstance(each, ast.Sub | ast.USub | ast.Compare) for each in ast.walk(node)):
        return ""
    called = [
        ast.unparse(each.func).rpartition(".")[2].lower() for each in ast.walk(node) if isinstance(each, ast.Call)
    ]
    far, near = (any(form.search(each) for each in called) for form in (_FAR, _NEAR))
    return "" if far == near else "lower" if far else "higher"
