"""The check of a live model's answers without labels: whether they moved, and what they must be worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.monitor.check import Check
from mlops_spec.monitor.inputs import ALPHA, FEWEST_ROWS
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.tasks.regression import WORST
from mlops_validators import Interval, judge
from mlops_validators.drift import drift_of_counts, drifted
from mlops_validators.unlabelled import estimated, rows_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.monitor.predictions import Live
    from mlops_spec.spec import Spec
    from mlops_spec.spec.watch import Performance
    from mlops_validators.unlabelled import Answered

_MOST = 0.2  # of the population stability index, whatever measures the inputs
_UNSEEN = "what changed in the world but not in the inputs (concept drift) is not seen without labels"


def check_answers(spec: Spec, known: Sequence[Answered], live: Live) -> Iterator[Check]:
    """Whether the answers moved from those to the test rows, and a measure of them that the spec holds to a bound;
    of several targets `known` is what is known of each."""
    if reason := TASKS[spec.task].lacks.get("shift"):
        yield Check("answers", told=f"not checked: {reason}")
        return
    if not known:
        yield Check("answers", told="the release says nothing of its test rows' answers: not checked")
        return
    if len(live.scores) < FEWEST_ROWS:
        yield Check("answers", told=f"{len(live.scores):,} rows were answered: fewer than {FEWEST_ROWS} tell nothing")
        return
    scores = _by_target(spec, known, live.scores)
    if len(scores) != len(known) or not all(_fits(*pair) for pair in zip(known, scores, strict=True)):
        yield Check("answers", ("the log's answers are of another shape than those to the test rows",))
        return
    yield _moved(spec, known, scores)
    bound = _bound(spec, known[0])
    if bound is not None:
        yield _worth(spec, known, scores, bound)


def _by_target(spec: Spec, known: Sequence[Answered], scores: np.ndarray) -> list[np.ndarray]:
    """Of several labels their mean, which `known` is of; of several targets each."""
    if len(known) > 1:
        return [*scores.T] if scores.ndim == 2 else [scores]
    return [scores.mean(axis=1) if scores.ndim == 2 and len(spec.data.targets) > 1 else scores]


def _fits(known: Answered, scores: np.ndarray) -> bool:
    return scores.shape[1:] == ((len(known.chosen),) if known.chosen else ())


def _moved(spec: Spec, known: Sequence[Answered], scores: Sequence[np.ndarray]) -> Check:
    moved = {}
    for name, each, answered in zip(spec.data.targets, known, scores, strict=False):
        sure = answered.max(axis=1) if each.chosen else answered
        of = f" for `{name}`" if len(known) > 1 else ""
        moved[f"answers{of}"] = drift_of_counts("psi", np.asarray(each.rows), rows_in(each.edges, sure))
        if each.chosen:
            counted = np.bincount(answered.argmax(axis=1), minlength=len(each.chosen))
            moved["chosen classes"] = drift_of_counts("psi", np.asarray(each.chosen), counted)
    most = max((_MOST, *known[0].stretches))  # what seasons alone do to a forecast is no finding
    what = max(moved, key=lambda name: (name in drifted(moved, most, ALPHA), moved[name].value))
    found, rows = moved[what], len(scores[0])
    told = f"psi {found.value:.3g} over {rows:,} {what}"
    most_told = f"{most:.3g}, as a stretch of the tested time" if most > _MOST else f"{most:g}"
    findings = (f"{told}, at most {most_told}",) if drifted(moved, most, ALPHA) else ()
    return Check(
        "answers", findings, told, {"method": "psi", "value": found.value, "p_value": found.p_value, "rows": rows}
    )


def _bound(spec: Spec, known: Answered) -> Performance | MetricGate | None:
    if spec.monitor is not None and spec.monitor.performance is not None:
        return spec.monitor.performance
    gates = [gate for gate in spec.gates if isinstance(gate, MetricGate)]
    fitting = [gate for gate in gates if gate.metric == "accuracy"] if known.chosen else gates
    return next(iter(fitting or gates), None)


def _worth(
    spec: Spec, known: Sequence[Answered], scores: Sequence[np.ndarray], bound: Performance | MetricGate
) -> Check:
    rows = len(scores[0])
    if TASKS[spec.task].ahead:
        told = f"{bound.metric} is not estimated without labels: errors of a series go on, and rows don't tell how sure"
        return Check("estimate", told=told)
    try:
        found = _estimated(spec, known, scores, bound.metric)
    except ValueError as error:
        return Check("estimate", told=f"{bound.metric} is not estimated without labels: {error}")
    judged = judge(found, minimum=bound.min, maximum=bound.max, rows=rows)
    said = f"{bound.metric} {found.value:.4g} ({found.low:.4g} … {found.high:.4g}) by the scores of {rows:,} rows"
    findings = (f"{said}: {judged.reason}; {_UNSEEN}",) if judged.verdict == "fail" else ()
    evidence = {"metric": bound.metric, "value": found.value, "low": found.low, "high": found.high, "rows": rows}
    return Check("estimate", findings, f"{said}: {judged.verdict}; {_UNSEEN}", evidence)


def _estimated(spec: Spec, known: Sequence[Answered], scores: Sequence[np.ndarray], metric: str) -> Interval:
    """Of several targets the mean of what is estimated of each, or the worst, and so its ends."""
    one = {"threshold": spec.evaluate.threshold, "seed": spec.train.seed}
    found = [
        estimated(metric.removesuffix(WORST), each, of, **one)  # type: ignore[arg-type]
        for of, each in zip(known, scores, strict=True)
    ]
    if len(found) == 1:
        return found[0]
    combine = np.max if metric.endswith(WORST) else np.mean  # errors all: no other measure of numbers is estimated
    value, low, high = (float(combine([getattr(each, end) for each in found])) for end in ("value", "low", "high"))
    return Interval(value, low, high, found[0].method)
