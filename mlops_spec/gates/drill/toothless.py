"""What makes a gate unable to fail before anyone attacks it: it looks at nothing, or at what it was made from."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.gates.drill.drift import is_its_own_reference
from mlops_spec.gates.drill.out_of_reach import out_of_reach
from mlops_spec.gates.drill.unmoved import unmoved
from mlops_spec.pipeline.answers import slices
from mlops_spec.pipeline.leak import leaked_rows
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.watch import Drift
from mlops_validators.categories import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.drill.target import Target

_FEWEST, _SHARE = 10, 0.005  # of all rows on either side of a threshold
_JUDGES_ANSWERS = {"metric", "champion", "slice", "weak_slices", "fairness", "robustness"}


def trained_share(case: Case) -> float:
    """Share of the test rows that are in train as well, 0 to 1."""
    return float(leaked_rows(case.spec.data, case.train, case.test).mean())


def weaknesses(case: Case, target: Target, trained: float) -> Iterator[tuple[str, str]]:
    """What the gate can't see, and why; `trained` is the `trained_share`."""
    if target.kind in _JUDGES_ANSWERS and trained > 0.5:
        yield "judged on the training split", f"{trained:.0%} of the rows that it judges were trained on"
    if far := out_of_reach(case, target):
        yield "limit out of reach", far
    metric = getattr(target.declared, "metric", None)
    if metric is not None and unmoved(case, metric):
        yield (
            "blind to unsure answers",
            f"`{metric}` stays as it is when every row that the model is unsure of is wrong",
        )
    match target.declared:
        case SliceGate() as gate:
            present = slices(case.test[gate.slice])
            if len(present) == 1:
                yield "constant slice", f"all test rows have {gate.slice}={next(iter(present))}: it is no part of them"
            for value in sorted(_promised(case, gate.slice) - set(slices(case.test[gate.slice]))):
                yield "slice without rows", f"no test row has {gate.slice}={value}: whatever happens there, it passes"
        case FairnessGate() as gate:
            groups = {tuple(row) for row in case.test[gate.attributes].astype(str).to_numpy()}
            if len(groups) < 2:
                yield "constant attribute", f"all test rows have {_shown(gate, groups)}: there is nobody to compare"
            if told := _alike_at_threshold(case):
                yield "nobody told apart", told
        case Drift() as alarm:
            if is_its_own_reference(case, alarm):
                yield "reference is the current data", "the rows that it watches are those that it compares them with"


def _alike_at_threshold(case: Case) -> str:
    """What to say where hardly a row is on one side of the threshold: then every group has the same rate."""
    threshold, score = case.spec.evaluate.threshold, case.answers.score
    if score.ndim != 1 or not len(score):
        return ""
    selected = int(np.count_nonzero(score >= threshold))
    few, what = min((selected, "reach"), (len(score) - selected, "are below"))
    enough = max(_FEWEST, _SHARE * len(score))
    return (
        f"{few:,} of {len(score):,} rows {what} the threshold {threshold:g}: all groups fare alike"
        if few < enough
        else ""
    )


def _promised(case: Case, column: str) -> set[str]:
    """The values that the spec says a column has: a category's, or the bins of a derived one."""
    data = case.spec.data
    if column in data.derive:
        return {f"[{low},{high})" for low, high in itertools.pairwise(data.derive[column].bins)}
    known = data.contract.columns.get(column)
    return {as_text(value) for value in known.values} if known and known.values else set()


def _shown(gate: FairnessGate, groups: set[tuple[str, ...]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(gate.attributes, next(iter(groups), ()), strict=False))
