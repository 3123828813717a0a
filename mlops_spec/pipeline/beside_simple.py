"""The model's lead over a simple one on the test rows, measure by measure, for `evaluation.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Failure
from mlops_spec.pipeline.answers import truth_of, weights_of
from mlops_spec.pipeline.measured import finite, measure_named, options
from mlops_spec.pipeline.simple_model import Known, Simple, simple_of
from mlops_spec.pipeline.simple_texts import simple_texts
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.spec.features import is_evident
from mlops_spec.spec.measures import measured
from mlops_spec.spec.simple_kinds import SEASONAL as FORECAST
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.tasks.regression import WORST
from mlops_validators import estimate, paired_difference
from mlops_validators.forecasts import NAIVE, SEASONAL
from mlops_validators.quantiles import naive_quantiles, seasonal_quantiles

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec
    from mlops_validators import Measure

# A constant is right about its own share, and the quantiles of errors hold as many of them as they should: no model can
# be ahead there, which is no merit, nor is a width alone.
_NO_MERIT = ("expected_calibration_error", "coverage", "coverage_error", "mean_interval_width")
_MOST_ROWS = 10_000  # a line through more of them is the same
_DIGITS = 6  # more of them differ from machine to machine
_OF_MIDDLE = tuple(f"{name}{over}" for name in ("mean_absolute_error", "median_absolute_error") for over in ("", WORST))


def beside_simple(root: Path, spec: Spec, rows: tuple[pd.DataFrame, pd.DataFrame], answers: Answers) -> dict[str, Any]:
    """The section `simple_model`: of each measure the value of both simple models, and the lead of this one.

    `rows` are training rows and test rows. Of forecasts the simple models are the naive forecast and the seasonal naive
    one; of texts the most frequent reference, and a copy of what was asked. The lead is over the linear, seasonal or
    copied one, paired, and above 0 where this model is better; measures that gates name have it. Where no simple model
    can be fitted, `reason` says why.
    """
    if TASKS[spec.task].ahead:
        naive, seasonal = _without_a_model(answers)
        simple = Simple(FORECAST, naive, naive, seasonal)
        return {"kind": simple.kind, "rows": len(naive), "measures": _measured(root, spec, answers, simple)}
    if TASKS[spec.task].answer.holds == "json" or not spec.data.targets:
        return {"reason": f"no simple model gives such answers as those of a task of {spec.task}"}
    split, (train, test) = read_split_report(root), rows
    if TASKS[spec.task].answer.holds == "text":
        simple = simple_texts(spec, truth_of(spec, split, train), test)
        return {"kind": simple.kind, "rows": len(train), "measures": _measured(root, spec, answers, simple)}
    train = train.iloc[:: -(-len(train) // _MOST_ROWS)]
    names = [name for name in map(str, test.columns) if is_evident(spec, name)]
    known = Known(train[list(names)], truth_of(spec, split, train), weights_of(spec, train))
    try:
        simple = simple_of(known, test[list(names)], len(split.classes))
    except ValueError as error:
        return {"reason": " ".join(str(error).split())[:300]}
    return {"kind": simple.kind, "rows": len(train), "measures": _measured(root, spec, answers, simple)}


def _without_a_model(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """The naive forecast and the seasonal naive one, shaped as the model's answers."""
    if answers.levels:
        return naive_quantiles(answers.truth), seasonal_quantiles(answers.truth)
    return answers.truth[:, NAIVE], answers.truth[:, SEASONAL]


def _measured(root: Path, spec: Spec, answers: Answers, simple: Simple) -> dict[str, Any]:
    judged = {gate.metric for gate in spec.gates if hasattr(gate, "metric")} - {*_NO_MERIT}
    measures = {}
    for name in measured(spec):
        measure = measure_named(root, spec, name)
        lead = _lead(spec, measure, answers, simple.linear) if name in judged else None
        values = {
            "constant": _value(spec, measure, answers, simple.middle if name in _OF_MIDDLE else simple.constant),
            "linear": _value(spec, measure, answers, simple.linear),
        }
        measures[name] = values if lead is None else values | {"lead": lead}
    return measures


def _value(spec: Spec, measure: Measure, answers: Answers, score: np.ndarray) -> float | None:
    try:
        value = estimate(measure, answers.truth, score, threshold=spec.evaluate.threshold, **answers.design)
    except (ValueError, Failure):  # of a measure of one's own: it need not know such answers
        return None
    return _short(value)


def _lead(spec: Spec, measure: Measure, answers: Answers, score: np.ndarray) -> dict[str, float | None] | None:
    try:
        found = paired_difference(measure, answers.truth, answers.score, score, **answers.design, **options(spec))
    except (ValueError, Failure):  # of a measure of one's own: it need not know such answers
        return None
    low, value, high = found.low, found.value, found.high
    if not measure.higher_is_better:
        low, value, high = -high, -value, -low
    return {"value": _short(value), "low": _short(low), "high": _short(high)}


def _short(value: float) -> float | None:
    known = finite(value)
    return None if known is None else float(f"{known:.{_DIGITS}g}") + 0.0  # no negative zero
