"""The check of an evaluation against spec and gates: the same rows, measures, slices and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.integrity.judgement import close
from mlops_spec.model_folder import EVALUATION, GATE
from mlops_spec.package.problem import Problem
from mlops_spec.spec.gates import kind_called
from mlops_spec.spec.measures import measured, measured_by_target, sliced
from mlops_spec.spec.metrics import METRICS
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.tasks.regression import WORST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.integrity.judgement import Paired
    from mlops_spec.integrity.shapes import AnsweredBins, Evaluation, GateFile, Measured
    from mlops_spec.spec import Spec
    from mlops_spec.spec.tasks.metric import Metric

FILE = EVALUATION.name


def problems(spec: Spec, evaluation: Evaluation, judged: GateFile, paired: Sequence[Paired]) -> Iterator[Problem]:
    """Every way in which they are not of one model, on the same rows, with the same numbers."""
    if evaluation.rows != judged.rows:
        yield Problem(FILE, "rows", f"is {evaluation.rows:,}, {GATE.name} has {judged.rows:,}")
    yield from _of_measures(spec, evaluation.measures, "measures", measured(spec))
    yield from _of_calibration(spec, evaluation)
    yield from _of_answered(evaluation.answered, evaluation.rows, "answered")
    yield from _of_targets(spec, evaluation)
    yield from _of_quantiles(spec, evaluation)
    yield from _of_refit(spec, evaluation)
    yield from _of_simple_model(spec, evaluation)
    yield from _of_cost(spec, evaluation)
    yield from _of_slices(spec, evaluation)
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


def _of_measures(spec: Spec, found: Mapping[str, Measured], field: str, wanted: Sequence[str]) -> Iterator[Problem]:
    yield from (Problem(FILE, f"{field}.{name}", "is missing") for name in wanted if name not in found)
    yield from (Problem(FILE, f"{field}.{name}", "the spec asks for no such metric") for name in found.keys() - wanted)
    for name, each in found.items():
        said = _wrong(each, None if name in spec.evaluate.own else METRICS.get(name))
        if said:
            yield Problem(FILE, f"{field}.{name}", said)


def _wrong(found: Measured, known: Metric | None) -> str | None:
    if found.value is None and (found.low is not None or found.high is not None or not found.reason):
        return "has no value, and no reason why"
    if found.low is not None and found.high is not None and found.low > found.high:
        return f"its interval ends ({found.high}) before it begins ({found.low})"
    if known and found.value is not None and not known.low <= found.value <= known.high:
        return f"lies beyond what the metric can be, {known.low:g} to {known.high:g}"
    return None


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
    binary = TASKS[spec.task].has("positive")
    if binary and measured_score and measured_score.value is not None and abs(measured_score.value - score) > 1e-9:
        yield Problem(FILE, "calibration.brier_score", f"is {score}, measures.brier_score is {measured_score.value}")


def _of_targets(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    wanted = measured_by_target(spec)
    named = spec.data.targets if wanted else ()
    if differing := sorted(evaluation.targets.keys() ^ set(named)):
        yield Problem(FILE, f"targets.{differing[0]}", "is missing, or no target of the spec")
    for name, each in evaluation.targets.items():
        if each.rows != evaluation.rows:
            yield Problem(FILE, f"targets.{name}.rows", f"is {each.rows:,}, of {evaluation.rows:,} rows")
        yield from _of_measures(spec, each.measures, f"targets.{name}.measures", wanted)
        yield from _of_answered(each.answered, evaluation.rows, f"targets.{name}.answered")
    for metric in wanted:
        yield from _of_mean(evaluation, metric)


def _of_quantiles(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    found = evaluation.quantiles
    if [each.level for each in found] != spec.data.quantiles:
        yield Problem(FILE, "quantiles", f"are {[each.level for each in found]}, of the spec {spec.data.quantiles}")
        return
    if any(not 0 <= each.below <= 1 or each.pinball < 0 for each in found):
        yield Problem(FILE, "quantiles", "have a share beyond 0 to 1, or a loss below 0")
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
        yield from _of_measures(spec, found.measures, "refit.measures", measured(spec))


def _of_mean(evaluation: Evaluation, metric: str) -> Iterator[Problem]:
    """Whether the mean, and the worst, over all targets follow from those of each."""
    values = [found.value for each in evaluation.targets.values() if (found := each.measures.get(metric))]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return
    worst = min(known) if METRICS[metric].higher_is_better else max(known)
    for name, right in ((metric, sum(known) / len(known)), (f"{metric}{WORST}", worst)):
        mine = evaluation.measures.get(name)
        if mine and mine.value is not None and abs(mine.value - right) > 1e-6 * max(1.0, abs(right)):
            yield Problem(FILE, f"measures.{name}", f"is {mine.value}, its targets make it {right}")


def _of_answered(found: AnsweredBins | None, rows: int, field: str) -> Iterator[Problem]:
    if found is None:
        return
    bins = len(found.rows)
    lengths = (len(found.edges) + 1, len(found.scores), len(found.told), len(found.squared) or bins)
    if set(lengths) != {bins} or found.edges != sorted(found.edges):
        yield Problem(FILE, field, "its lists are not of the same bins, in ascending order")
    elif sum(found.rows) != rows:
        yield Problem(FILE, f"{field}.rows", f"do not add up to {rows:,} rows")


def _of_simple_model(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    found = evaluation.simple_model
    if found is None:
        return
    for name in sorted(found.measures.keys() - set(measured(spec))):
        yield Problem(FILE, f"simple_model.measures.{name}", "the spec asks for no such metric")
    for name, beside in found.measures.items():
        mine = evaluation.measures.get(name)
        if mine is None or mine.value is None or beside.linear is None or beside.lead is None:
            continue
        ahead = mine.value - beside.linear if spec.evaluate.higher_is_better(name) else beside.linear - mine.value
        rounded = 1e-4 * max(1.0, abs(mine.value), abs(beside.linear))
        if abs(ahead - (beside.lead.value or 0.0)) > rounded:
            said = f"is {beside.lead.value}, but the values differ by {ahead:.6g}"
            yield Problem(FILE, f"simple_model.measures.{name}.lead", said)


def _of_cost(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    found, priced = evaluation.cost, spec.evaluate.cost is not None and TASKS[spec.task].has("cost")
    if (found is not None) != priced:
        yield Problem(FILE, "cost", "does not fit `evaluate.cost`")
    if found is None:
        return
    mine = evaluation.measures.get("expected_cost")
    if (
        mine is not None
        and mine.value is not None
        and abs(mine.value - found.expected) > 1e-9 * max(1, abs(mine.value))
    ):
        yield Problem(FILE, "cost.expected", f"is {found.expected}, measures.expected_cost is {mine.value}")
    if found.threshold != spec.evaluate.threshold:
        yield Problem(FILE, "cost.threshold", f"is {found.threshold}, the spec has {spec.evaluate.threshold}")
    if min(found.curve) < found.cheapest.expected:
        yield Problem(FILE, "cost.cheapest", "is not the least on the curve")


def _of_slices(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    columns = sliced(spec)
    if differing := sorted(evaluation.slices.keys() ^ set(columns)):
        yield Problem(FILE, f"slices.{differing[0]}", "is missing, or no column that the spec slices by")
    for column, parts in evaluation.slices.items():
        if sum(part.rows for part in parts.values()) != evaluation.rows:
            yield Problem(FILE, f"slices.{column}", f"its slices do not add up to {evaluation.rows:,} rows")
        for value, part in parts.items():
            yield from _of_measures(spec, part.measures, f"slices.{column}.{value}.measures", measured(spec))
