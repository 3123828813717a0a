"""A measure must keep its bound in slices that nobody named; the verdict allows for how many were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.pipeline.gates.case import column, limit, result
from mlops_spec.pipeline.measured import measure_named, options
from mlops_spec.spec.gates import gate_id
from mlops_validators import undecided
from mlops_validators.weak_slices import Search, judge_search, search_slices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np

    from mlops_spec.pipeline.gates.case import Case
    from mlops_spec.pipeline.judgement import GateResult
    from mlops_spec.spec.evaluate import WeakSlicesGate


def results(case: Case, gate: WeakSlicesGate) -> Iterator[GateResult]:
    """One result, that of the slice which decides; `slice` names it."""
    name = gate_id(gate)
    try:
        verdict, decider = judge_search(search(case, gate), minimum=gate.min, maximum=gate.max)
    except ValueError as error:
        bound = limit(gate.min, gate.max)
        yield result(name, "weak_slices", undecided(str(error)), bound=bound, metric=gate.metric)
        return
    found = decider.interval if decider else None
    bound = limit(gate.min, gate.max, found.value if found else None)
    named = decider.name if decider else None
    yield result(name, "weak_slices", verdict, found, bound, metric=gate.metric, slice=named)


def search(case: Case, gate: WeakSlicesGate) -> Search:
    """The gate's metric in every slice; raises ValueError where there is nothing to search."""
    return search_slices(
        measure_named(case.root, case.spec, gate.metric),
        case.answers.truth,
        case.answers.score,
        columns_of(case, gate),
        min_rows=gate.min_rows,
        depth=gate.depth,
        groups=case.answers.groups,
        **options(case.spec),
    )


def columns_of(case: Case, gate: WeakSlicesGate) -> Mapping[str, np.ndarray]:
    """The columns to cut by; raises ValueError for one that the test rows lack."""
    data, known = case.spec.data, list(case.test.columns)
    if gate.weak_slices != "all":
        return {name: column(case, name).to_numpy() for name in gate.weak_slices}
    names = [name for name in known if name not in (data.target, data.id) and case.test[name].dtype.kind not in "mM"]
    return {name: case.test[name].to_numpy() for name in names}
