"""The check of an evaluation against spec and gates: the same rows, measures, slices and numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.integrity.answered import of_answered, of_uncertainty
from mlops_spec.integrity.beside_simple import of_simple_model
from mlops_spec.integrity.by_target import of_labels, of_targets
from mlops_spec.integrity.cost import of_cost
from mlops_spec.integrity.judgement import close
from mlops_spec.integrity.measured import FILE, of_measures
from mlops_spec.integrity.slices import of_slices
from mlops_spec.model_folder import GATE
from mlops_spec.package.problem import Problem
from mlops_spec.spec.gates import kind_called
from mlops_spec.spec.measures import measured
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.integrity.judgement import Paired
    from mlops_spec.integrity.shapes import Evaluation, GateFile, Measured
    from mlops_spec.spec import Spec


def problems(spec: Spec, evaluation: Evaluation, judged: GateFile, paired: Sequence[Paired]) -> Iterator[Problem]:
    """Every way in which they are not of one model, on the same rows, with the same numbers."""
    if evaluation.rows != judged.rows:
        yield Problem(FILE, "rows", f"is {evaluation.rows:,}, {GATE.name} has {judged.rows:,}")
    yield from of_measures(spec, evaluation.measures, "measures", measured(spec))
    yield from _of_calibration(spec, evaluation)
    yield from of_uncertainty(spec, evaluation)
    yield from of_answered(spec, evaluation.answered, evaluation, "answered")
    yield from of_targets(spec, evaluation)
    yield from of_labels(spec, evaluation)
    yield from _of_quantiles(spec, evaluation)
    yield from _of_refit(spec, evaluation)
    yield from of_simple_model(spec, evaluation)
    yield from of_cost(spec, evaluation)
    yield from of_slices(spec, evaluation)
    for demand, found in paired:
        if kind_called(demand.kind).of_measure:
            field = f"measures.{demand.metric}"
            yield from _compared(found.id, found, evaluation.measures.get(demand.metric or ""), field)
        elif demand.column is not None and found.slice is not None:
            part = evaluation.slices.get(demand.column, {}).get(found.slice)
            field = f"slices.{demand.column}.{found.slice}.measures.{demand.metric}"
            yield from _compared(found.id, found, part.measures.get(demand.metric or "") if part else None, field)
        elif demand.environment is not None and None not in (found.value, found.baseline):
            mine = evaluation.measures.get(demand.metric or "")
            ahead = None if mine is None or mine.value is None else mine.value - (found.baseline or 0.0)
            if ahead is None or abs(ahead - (found.value or 0.0)) > 1e-9:
                said = f"is {found.value}, but the candidate is ahead of the baseline by {ahead} in {FILE}"
                yield Problem(GATE.name, f"gates[{found.id}].value", said)


def _compared(gate: str, found: object, measured: Measured | None, field: str) -> Iterator[Problem]:
    if measured is None:
        yield Problem(FILE, field, "is missing, yet a gate judged it")
        return
    for name in ("value", "low", "high"):
        mine, other = getattr(found, name), getattr(measured, name)
        if not close(mine, other):
            yield Problem(GATE.name, f"gates[{gate}].{name}", f"is {mine}, {FILE} has {other} in {field}.{name}")


def _of_calibration(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    found = evaluation.calibration
    if (found is not None) != TASKS[spec.task].has("calibration"):
        yield Problem(FILE, "calibration", f"does not fit the task {spec.task}")
        return
    if found is None or found.reason is not None:
        return
    parts = (found.brier_score, found.reliability, found.resolution, found.uncertainty, found.within)
    score, *rest = (part for part in parts if part is not None)
    if len(rest) < 4:
        yield Problem(FILE, "calibration", "lacks a part, and the reason why")
    elif abs(rest[0] - rest[1] + rest[2] + rest[3] - score) > 1e-9:
        yield Problem(FILE, "calibration", "its parts do not add up to its brier_score")
    measured_score = evaluation.measures.get("brier_score")
    same = TASKS[spec.task].has("positive") and spec.data.weight is None  # the parts count each row once
    if same and measured_score and measured_score.value is not None and abs(measured_score.value - score) > 1e-9:
        yield Problem(FILE, "calibration.brier_score", f"is {score}, measures.brier_score is {measured_score.value}")


def _of_quantiles(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    found = evaluation.quantiles
    if [each.level for each in found] != spec.data.quantiles:
        yield Problem(FILE, "quantiles", f"are {[each.level for each in found]}, of the spec {spec.data.quantiles}")
        return
    if any(not 0 <= each.below <= 1 or each.pinball < 0 for each in found):
        yield Problem(FILE, "quantiles", "have a share beyond 0 to 1, or a loss below 0")
    if any(after.below < before.below - 1e-9 for before, after in pairwise(found)):
        yield Problem(FILE, "quantiles", "have a share below that falls as they ascend")
    mine = evaluation.measures.get("mean_pinball_loss")
    if found and mine is not None and mine.value is not None:
        right = sum(each.pinball for each in found) / len(found)
        if abs(mine.value - right) > 1e-6 * max(1.0, abs(right)):
            yield Problem(FILE, "measures.mean_pinball_loss", f"is {mine.value}, its quantiles make it {right}")


def _of_refit(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    found, wanted = evaluation.refit, spec.data.split.folds - 1 if spec.data.refitted else 0
    if (found.trainings if found else 0) != wanted:
        yield Problem(FILE, "refit.trainings", f"is {found.trainings if found else 0}, of the spec {wanted}")
    elif found is not None:
        yield from of_measures(spec, found.measures, "refit.measures", measured(spec))
