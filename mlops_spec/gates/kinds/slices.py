"""A measure must keep its bound in every value of a column; the verdicts allow for the number of values."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.attacks.damages import guards_quality
from mlops_spec.gates.attacks.on_answers import ALONE, common, part_damaged
from mlops_spec.gates.case import column, limit, result
from mlops_spec.gates.kinds.beside import difference, held
from mlops_spec.gates.kinds.kind import Kind
from mlops_spec.pipeline.answers import slices
from mlops_spec.pipeline.measured import interval_of, measure_named
from mlops_spec.spec.gates import gate_id
from mlops_validators import undecided
from mlops_validators.categories import as_text
from mlops_validators.slices import Slice, judge_slices, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.result import GateResult
    from mlops_spec.spec.gates.slices import SliceGate
    from mlops_validators import Verdict

_ORDER = ("fail", "inconclusive", "pass")


def results(case: Case, gate: SliceGate) -> Iterator[GateResult]:
    """A result for each value, and first one for the column, which is that of the value that decides."""
    name = gate_id(gate)
    try:
        parts = _parts(case, gate.slice)
    except ValueError as error:
        yield result(name, "slice", undecided(str(error)), bound=limit(gate.min, gate.max), metric=gate.metric)
        return
    measured = {value: _measured(case, gate, rows) for value, rows in parts.items()}
    verdicts = judge_slices(measured, minimum=gate.min, maximum=gate.max, min_rows=gate.min_rows)
    each = [
        _held_if_large(case, gate, _told(gate, value, found, verdicts[value]), parts[value])
        for value, found in measured.items()
    ]
    decider = min(each, key=lambda one: _ORDER.index(one.verdict), default=None)
    if decider is None:
        yield result(name, "slice", worst([]), bound=limit(gate.min, gate.max), metric=gate.metric)
        return
    yield replace(decider, id=name, slice=None, reason=f"{gate.slice}={decider.slice}: {decider.reason}")
    yield from each


def _told(gate: SliceGate, value: str, found: Slice, verdict: Verdict) -> GateResult:
    name, at = f"{gate_id(gate)}/{value}", limit(gate.min, gate.max, found.interval.value if found.interval else None)
    return result(name, "slice", verdict, found.interval, at, metric=gate.metric, slice=value)


def _held_if_large(case: Case, gate: SliceGate, told: GateResult, rows: np.ndarray) -> GateResult:
    if len(rows) < gate.min_rows:
        return told
    return held(
        case, gate, told, lambda score: difference(case, measure_named(case.root, case.spec, gate.metric), score, rows)
    )


def _parts(case: Case, name: str) -> dict[str, np.ndarray]:
    if not len(case.test) == len(case.answers.truth) == len(case.answers.score):
        raise ValueError("the rows, the truth and the answers differ in length")
    return slices(column(case, name)) if len(case.test) else {}


def _measured(case: Case, gate: SliceGate, rows: np.ndarray) -> Slice:
    try:
        return Slice(len(rows), interval_of(case.root, case.spec, gate.metric, case.answers.of(rows)))
    except ValueError as error:
        return Slice(len(rows), None, str(error))


def _slice_damaged(case: Case, gate: SliceGate) -> Iterator[Blow[SliceGate]]:
    if guards_quality(case.spec, gate):
        for value, rows in slices(case.test[gate.slice]).items():
            yield Blow(part_damaged(case, gate.metric, rows), gate, f"{gate.slice}={value}")


def _weaknesses(case: Case, gate: SliceGate) -> Iterator[tuple[str, str]]:
    present = slices(case.test[gate.slice])
    if len(present) == 1:
        yield "constant slice", f"all test rows have {gate.slice}={next(iter(present))}: it is no part of them"
    for value in sorted(_promised_values(case, gate.slice) - set(present)):
        yield "slice without rows", f"no test row has {gate.slice}={value}: whatever happens there, it passes"


def _promised_values(case: Case, column: str) -> set[str]:
    data = case.spec.data
    if column in data.derive:
        return {f"[{low},{high})" for low, high in itertools.pairwise(data.derive[column].bins)}
    known = data.contract.columns.get(column)
    return {as_text(value) for value in known.values} if known and known.values else set()


KIND: Kind[SliceGate] = Kind(results, (Attack("one slice damaged", _slice_damaged), *common(ALONE)), _weaknesses)
