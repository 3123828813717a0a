"""The check of a live model's answers without labels: whether they moved, and what they must be worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.monitor.check import Check
from mlops_spec.monitor.inputs import ALPHA, FEWEST_ROWS
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.tasks import TASKS
from mlops_validators import judge
from mlops_validators.drift import drift_of_counts, drifted
from mlops_validators.unlabelled import estimated, rows_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.monitor.predictions import Live
    from mlops_spec.spec import Spec
    from mlops_spec.spec.watch import Performance
    from mlops_validators.unlabelled import Answered

_MOST = 0.2  # of the population stability index, whatever measures the inputs
_UNSEEN = "what changed in the world but not in the inputs (concept drift) is not seen without labels"


def check_answers(spec: Spec, known: Answered | None, live: Live) -> Iterator[Check]:
    """Whether the answers moved from those to the test rows, and a measure of them that the spec holds to a bound."""
    if known is None:
        yield Check("answers", told="the release says nothing of its test rows' answers: not checked")
        return
    if len(live.scores) < FEWEST_ROWS:
        yield Check("answers", told=f"{len(live.scores):,} rows were answered: fewer than {FEWEST_ROWS} tell nothing")
        return
    scores = live.scores.mean(axis=1) if TASKS[spec.task].several and live.scores.ndim == 2 else live.scores
    if bool(known.chosen) != (scores.ndim == 2) or (known.chosen and len(known.chosen) != scores.shape[1]):
        yield Check("answers", ("the log's answers are of another shape than those to the test rows",))
        return
    yield _moved(known, scores)
    bound = _bound(spec, known)
    if bound is not None:
        yield _worth(spec, known, scores, bound)


def _moved(known: Answered, scores: np.ndarray) -> Check:
    sure = scores.max(axis=1) if known.chosen else scores
    moved = {"answers": drift_of_counts("psi", np.asarray(known.rows), rows_in(known.edges, sure))}
    if known.chosen:
        counted = np.bincount(scores.argmax(axis=1), minlength=len(known.chosen))
        moved["classes"] = drift_of_counts("psi", np.asarray(known.chosen), counted)
    named = max(moved, key=lambda name: (name in drifted(moved, _MOST, ALPHA), moved[name].value))
    found = moved[named]
    what = "chosen classes" if named == "classes" else "answers"
    told = f"psi {found.value:.3g} over {len(scores):,} {what}"
    findings = (f"{told}, at most {_MOST:g}",) if drifted(moved, _MOST, ALPHA) else ()
    return Check(
        "answers",
        findings,
        told,
        {"method": "psi", "value": found.value, "p_value": found.p_value, "rows": len(scores)},
    )


def _bound(spec: Spec, known: Answered) -> Performance | MetricGate | None:
    if spec.monitor is not None and spec.monitor.performance is not None:
        return spec.monitor.performance
    gates = [gate for gate in spec.gates if isinstance(gate, MetricGate)]
    fitting = [gate for gate in gates if gate.metric == "accuracy"] if known.chosen else gates
    return next(iter(fitting or gates), None)


def _worth(spec: Spec, known: Answered, scores: np.ndarray, bound: Performance | MetricGate) -> Check:
    try:
        found = estimated(bound.metric, scores, known, threshold=spec.evaluate.threshold, seed=spec.train.seed)
    except ValueError as error:
        return Check("estimate", told=f"{bound.metric} is not estimated without labels: {error}")
    judged = judge(found, minimum=bound.min, maximum=bound.max, rows=len(scores))
    said = (
        f"{bound.metric} {found.value:.4g} ({found.low:.4g} … {found.high:.4g}) by the scores of {len(scores):,} rows"
    )
    findings = (f"{said}: {judged.reason}; {_UNSEEN}",) if judged.verdict == "fail" else ()
    evidence = {"metric": bound.metric, "value": found.value, "low": found.low, "high": found.high, "rows": len(scores)}
    return Check("estimate", findings, f"{said}: {judged.verdict}; {_UNSEEN}", evidence)
