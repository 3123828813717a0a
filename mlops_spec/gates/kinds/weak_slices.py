"""A measure must keep its bound in slices that nobody named; the verdict allows for how many were looked at."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.attacks.damages import guards_quality
from mlops_spec.gates.attacks.on_answers import ALONE, common, part_damaged
from mlops_spec.gates.case import column, limit, result
from mlops_spec.gates.kinds.beside import Paired, difference, held
from mlops_spec.gates.kinds.kind import Kind, sees_all
from mlops_spec.pipeline.measured import measure_named, options
from mlops_spec.spec.gates import gate_id
from mlops_validators import undecided
from mlops_validators.weak_slices import Search, judge_search, search_slices, slices_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.result import GateResult
    from mlops_spec.spec.gates.weak_slices import WeakSlicesGate
    from mlops_validators import Interval


def results(case: Case, gate: WeakSlicesGate) -> Iterator[GateResult]:
    """One result, that of the slice which decides; `slice` names it."""
    name = gate_id(gate)
    try:
        searched = search(case, gate)
        verdict, decider = judge_search(searched, minimum=gate.min, maximum=gate.max)
    except ValueError as error:
        bound = limit(gate.min, gate.max)
        yield result(name, "weak_slices", undecided(str(error)), bound=bound, metric=gate.metric)
        return
    found = decider.interval if decider else None
    bound = limit(gate.min, gate.max, found.value if found else None)
    named = decider.name if decider else None
    told = result(name, "weak_slices", verdict, found, bound, metric=gate.metric, slice=named)
    yield held(case, gate, told, lambda score: _weakest(case, gate, searched, score))


def _weakest(case: Case, gate: WeakSlicesGate, searched: Search, score: np.ndarray) -> Paired:
    """Candidate less other answers in each slice that does not keep the bound alone: that which speaks most against it.

    Every one of them must be held: all held by mistake is rarer than one.
    """
    measure, columns = measure_named(case.root, case.spec, gate.metric), columns_of(case, gate)
    left = {one.conditions for one in searched.slices if not _keeps(one.interval, gate)}
    cut = slices_of(columns, len(case.test), min_rows=gate.min_rows, depth=gate.depth)
    pairs = [difference(case, measure, score, rows) for conditions, rows in cut if conditions in left]
    worst = min if measure.higher_is_better else max
    return worst(pairs, key=lambda pair: pair.interval.low if measure.higher_is_better else pair.interval.high)


def _keeps(found: Interval, gate: WeakSlicesGate) -> bool:
    return (gate.min is None or found.low >= gate.min) and (gate.max is None or found.high <= gate.max)


def search(case: Case, gate: WeakSlicesGate) -> Search:
    """The gate's metric in every slice; raises ValueError where there is nothing to search."""
    return search_slices(
        measure_named(case.root, case.spec, gate.metric),
        case.answers.truth,
        case.answers.score,
        columns_of(case, gate),
        min_rows=gate.min_rows,
        depth=gate.depth,
        **case.answers.design,
        **options(case.spec),
    )


def columns_of(case: Case, gate: WeakSlicesGate) -> Mapping[str, np.ndarray]:
    """The columns to cut by; raises ValueError for one that the test rows lack."""
    data, known = case.spec.data, list(case.test.columns)
    if gate.weak_slices != "all":
        return {name: column(case, name).to_numpy() for name in gate.weak_slices}
    names = [
        name
        for name in known
        if name not in (*data.targets, data.id, data.weight) and case.test[name].dtype.kind not in "mM"
    ]
    return {name: case.test[name].to_numpy() for name in names}


def _unnamed_slice_damaged(case: Case, gate: WeakSlicesGate) -> Iterator[Blow[WeakSlicesGate]]:
    if not guards_quality(case.spec, gate):
        return
    smallest: dict[str, tuple[str, np.ndarray]] = {}
    for ((name, value),), rows in slices_of(columns_of(case, gate), len(case.test), min_rows=gate.min_rows):
        if name not in smallest or len(rows) < len(smallest[name][1]):
            smallest[name] = value, rows
    for name, (value, rows) in itertools.islice(smallest.items(), _COLUMNS):
        yield Blow(part_damaged(case, gate.metric, rows), gate, f"{name}={value}")


_COLUMNS = 5  # in which a slice is damaged that nobody named
KIND: Kind[WeakSlicesGate] = Kind(
    results, (Attack("an unnamed slice damaged", _unnamed_slice_damaged), *common(ALONE)), sees_all
)
