"""A perturbation changes what the model sees.

A category that nobody knows is not written into a number, a text is not rounded or shifted, a file is neither, a count
below a hundred has no digit that rounding takes, and a column that is no feature changes no answer. Such a gate
measures the same rows twice.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75
      - robustness: unseen_category
        columns: [age]
        metric: roc_auc
        max_drop: 0.03
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 18}

Good:

    gates:
      - metric: roc_auc
        min: 0.75
      - robustness: noise
        columns: [age]
        metric: roc_auc
        max_drop: 0.03
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          age: {type: integer, min: 18}

Fix: name features, and a kind that fits them: `shift` and `rounding` numbers, `unseen_category` categories,
`typos`, `case` and `whitespace` texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import is_feature
from mlops_spec.spec.gates.robustness import RobustnessGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Column

CODE = "MS217"
NAME = "idle-robustness"
SEVERITY: Severity = "error"


_NUMBERS = ("integer", "number")
_DIGITS = 100  # below which a whole number has two of them
_OF_NUMBERS = ("shift", "rounding")
_OF_TEXTS = ("unseen_category", "typos", "case", "whitespace")


def check(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if not isinstance(gate, RobustnessGate):
            continue
        if gate.columns == "all":
            yield from _of_all(spec, index, gate)
            continue
        if not gate.columns:
            yield Finding(("gates", index, "columns"), "no column is perturbed", "name features, or write `all`")
        for place, column in enumerate(gate.columns):
            if why := _why_unchanged(spec, gate.robustness, column):
                yield Finding(("gates", index, "columns", place), why, "name a feature that this kind fits")


def _of_all(spec: Spec, index: int, gate: RobustnessGate) -> Iterator[Finding]:
    include = spec.train.features.include
    if include and all(_why_unchanged(spec, gate.robustness, column) for column in include):
        yield Finding(("gates", index, "robustness"), f"`{gate.robustness}` fits none of the features")


def _why_unchanged(spec: Spec, kind: str, column: str) -> str:
    if not is_feature(spec, column):
        return f"`{column}` is no feature, and no answer depends on it"
    if spec.data.files is not None and column == spec.data.files.column:
        return f"`{kind}` does not fit `{column}`, whose values are files"
    known = spec.data.contract.columns.get(column)
    if known is None or known.type == "timestamp":
        return ""
    if kind == "rounding" and known.type == "integer" and _has_two_digits(known):
        return f"`rounding` keeps two digits, and `{column}` never has more"
    number = known.type in _NUMBERS
    fits = number if kind in _OF_NUMBERS else not number if kind in _OF_TEXTS else True
    return "" if fits else f"`{kind}` does not fit `{column}`, of type {known.type}"


def _has_two_digits(column: Column) -> bool:
    known = (column.min, column.max) if column.values is None else column.values
    return all(isinstance(each, (int, float)) and -_DIGITS < each < _DIGITS for each in known)
