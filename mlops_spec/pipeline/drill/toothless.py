"""What makes a gate unable to fail before anyone attacks it: it looks at nothing, or at what it was made from."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from mlops_spec.pipeline.answers import slices
from mlops_spec.pipeline.drill.drift import is_its_own_reference
from mlops_spec.pipeline.leak import leaked_rows
from mlops_spec.spec.evaluate import FairnessGate, SliceGate
from mlops_spec.spec.gates import attributes
from mlops_spec.spec.watch import Drift
from mlops_validators.categories import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.pipeline.drill.target import Target
    from mlops_spec.pipeline.gates.case import Case

_JUDGES_ANSWERS = {"metric", "champion", "slice", "weak_slices", "fairness", "robustness"}


def trained_share(case: Case) -> float:
    """Share of the test rows that are in train as well, 0 to 1."""
    return float(leaked_rows(case.spec.data, case.train, case.test).mean())


def weaknesses(case: Case, target: Target, trained: float) -> Iterator[tuple[str, str]]:
    """What the gate can't see, and why; `trained` is the `trained_share`."""
    if target.kind in _JUDGES_ANSWERS and trained > 0.5:
        yield "judged on the training split", f"{trained:.0%} of the rows that it judges were trained on"
    match target.declared:
        case SliceGate() as gate:
            for value in sorted(_promised(case, gate.slice) - set(slices(case.test[gate.slice]))):
                yield "slice without rows", f"no test row has {gate.slice}={value}: whatever happens there, it passes"
        case FairnessGate() as gate:
            groups = {tuple(row) for row in case.test[attributes(gate)].astype(str).to_numpy()}
            if len(groups) < 2:
                yield "constant attribute", f"all test rows have {_shown(gate, groups)}: there is nobody to compare"
        case Drift() as alarm:
            if is_its_own_reference(case, alarm):
                yield "reference is the current data", "the rows that it watches are those that it compares them with"


def _promised(case: Case, column: str) -> set[str]:
    """The values that the spec says a column has: a category's, or the bins of a derived one."""
    data = case.spec.data
    if column in data.derive:
        return {f"[{low},{high})" for low, high in itertools.pairwise(data.derive[column].bins)}
    known = data.contract.columns.get(column)
    return {as_text(value) for value in known.values} if known and known.values else set()


def _shown(gate: FairnessGate, groups: set[tuple[str, ...]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(attributes(gate), next(iter(groups), ()), strict=False))
