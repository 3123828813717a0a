"""Evaluations of any task that fit a spec and hold together, as an honest run would have left them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.spec.measures import measured, measured_by_target, sliced
from mlops_spec.spec.simple_kinds import MOST_FREQUENT, SEASONAL
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlops_spec.spec import Spec

Numbers = tuple[float | None, float | None, float | None]
ROWS = 250
PARTS = {"one": 150, "two": ROWS - 150}
# Round values of common measures: in range, and no more than that.
USUAL: dict[str, Numbers] = {
    "average_precision": (0.5, 0.45, 0.55),
    "brier_score": (0.25, 0.24, 0.26),
    "expected_calibration_error": (0.01, 0.0, 0.02),
    "log_loss": (0.4, 0.38, 0.42),
    "expected_cost": (0.5, 0.45, 0.55),
    "mean_pinball_loss": (2.0, 1.8, 2.2),
    "mean_absolute_error": (0.42, 0.4, 0.44),
}
OTHER: Numbers = (0.75, 0.72, 0.78)
CALIBRATION = {"brier_score": 0.25, "reliability": 0.08, "resolution": 0.02, "uncertainty": 0.1875, "within": 0.0025}


def evaluation_of(spec: Spec, known: Mapping[str, Numbers]) -> dict[str, Any]:
    """`evaluation.json` with all sections that the spec's task has; `known` are numbers of metrics."""
    measures = _measured(measured(spec), known)
    slices = {
        name: {part: {"rows": rows, "measures": measures} for part, rows in PARTS.items()} for name in sliced(spec)
    }
    found = {"v": 1, "model": spec.model, "rows": ROWS, "test_sha256": "1" * 64, "predictions_sha256": "2" * 64}
    return {
        **found,
        "measures": measures,
        "slices": slices,
        "simple_model": _beside_simple(spec, measures),
        **({"calibration": CALIBRATION} if TASKS[spec.task].has("calibration") else {}),
        **({} if measured_by_target(spec) else _answered(spec)),
        **_targets(spec, known),
        **_quantiles(spec, measures),
        **({"refit": {"trainings": spec.data.split.folds - 1, "measures": measures}} if spec.data.refitted else {}),
        **_cost(spec, measures),
    }


def _measured(names: Iterable[str], known: Mapping[str, Numbers]) -> dict[str, dict[str, Any]]:
    return {name: _told(known.get(name, OTHER)) for name in names}


def _told(numbers: Numbers) -> dict[str, Any]:
    said = {"reason": "one class only"} if numbers[0] is None else {"method": "bootstrap"}
    return {**dict(zip(("value", "low", "high"), numbers, strict=True)), **said}


def _answered(spec: Spec) -> dict[str, Any]:
    """Two bins of the scores; of numbers with squares, of several classes with how many rows each was chosen for."""
    task = TASKS[spec.task]
    if not task.answer.numbers:
        return {}
    of_numbers = spec.task not in ("binary-classification", "multiclass-classification")
    told = [0.1, 0.9] if of_numbers else [0.65, 0.9]  # whose mean is the measure above
    bins: dict[str, Any] = {"edges": [0.5], "rows": [150, 100], "scores": [0.2, 0.8], "told": told}
    chosen = [100, 150] if spec.task == "multiclass-classification" else []
    more = {"squared": [0.02, 0.9] if of_numbers else [], "chosen": chosen}
    return {"answered": bins | more | {"stretches": [0.01, 0.02] if task.ahead else []}}


def _targets(spec: Spec, known: Mapping[str, Numbers]) -> dict[str, Any]:
    """Each target as good as all of them, so that mean and worst are the same."""
    if not (names := measured_by_target(spec)):
        return {}
    one = {"rows": ROWS, "measures": _measured(names, known), **_answered(spec)}
    return {"targets": dict.fromkeys(spec.data.targets, one)}


def _quantiles(spec: Spec, measures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    if not (levels := spec.data.quantiles):
        return {}
    loss = measures.get("mean_pinball_loss", {}).get("value", 2.0)
    return {"quantiles": [{"level": level, "pinball": loss, "below": level} for level in levels]}


def _beside_simple(spec: Spec, measures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Worse than the model by 0.05 in every measure, with a lead where a gate names it."""
    task = TASKS[spec.task]
    if task.answer.holds == "json" or not spec.data.targets:
        return {"reason": f"no simple model gives such answers as those of a task of {spec.task}"}
    judged = {gate.metric for gate in spec.gates if hasattr(gate, "metric")}
    found = {}
    for name, own in measures.items():
        worse = own["value"] - 0.05 if spec.evaluate.higher_is_better(name) else own["value"] + 0.05
        values = {"constant": worse, "linear": worse}
        found[name] = values | ({"lead": {"value": 0.05, "low": 0.04, "high": 0.06}} if name in judged else {})
    kind = {"text": MOST_FREQUENT}.get(task.answer.holds, "logistic regression" if task.of_classes else None)
    return {"kind": kind or (SEASONAL if task.ahead else "ridge regression"), "rows": 1000, "measures": found}


def _cost(spec: Spec, measures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Least at a threshold that is on the curve."""
    if spec.evaluate.cost is None or not TASKS[spec.task].has("cost"):
        return {}
    expected, threshold = measures["expected_cost"]["value"], spec.evaluate.threshold
    curve = [expected + abs(step / 20 - threshold) for step in range(21)]
    best = min(range(21), key=curve.__getitem__)
    cheapest = {"threshold": best / 20, "expected": curve[best]}
    return {"cost": {"threshold": threshold, "expected": expected, "cheapest": cheapest, "curve": curve}}
