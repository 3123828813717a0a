"""The check of what decisions cost: at the spec's threshold, at the cheapest one, and on the curve between 0 and 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.integrity.measured import FILE
from mlops_spec.package.problem import Problem
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.integrity.shapes import CostOfDecisions, Evaluation
    from mlops_spec.spec import Spec

_STEPS = 100  # the cheapest threshold has two digits
_SHOWN = 5  # and every fifth of those is on the curve


def of_cost(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    """What is wrong with the section `cost`, or that it is there or is not."""
    found, priced = evaluation.cost, spec.evaluate.cost is not None and TASKS[spec.task].has("cost")
    if (found is not None) != priced:
        yield Problem(FILE, "cost", "does not fit `evaluate.cost`")
    if found is None or spec.evaluate.cost is None:
        return
    mine = evaluation.measures.get("expected_cost")
    if mine is not None and mine.value is not None and not _same(mine.value, found.expected):
        yield Problem(FILE, "cost.expected", f"is {found.expected}, measures.expected_cost is {mine.value}")
    if found.threshold != spec.evaluate.threshold:
        yield Problem(FILE, "cost.threshold", f"is {found.threshold}, the spec has {spec.evaluate.threshold}")
    prices = spec.evaluate.cost.model_dump().values()
    low, high = min(prices), max(prices)
    for name, each in (("expected", found.expected), ("cheapest", found.cheapest.expected)):
        if not _between(each, low, high):
            yield Problem(FILE, f"cost.{name}", f"is {each}, a decision costs {low:g} to {high:g}")
    if not all(_between(each, low, high) for each in found.curve):
        yield Problem(FILE, "cost.curve", f"leaves what a decision costs, {low:g} to {high:g}")
    yield from _of_curve(found)


def _of_curve(found: CostOfDecisions) -> Iterator[Problem]:
    best = found.cheapest
    place = round(best.threshold * _STEPS)
    if not 0 <= place <= _STEPS or place / _STEPS != best.threshold:
        yield Problem(FILE, "cost.cheapest.threshold", f"is {best.threshold}, not one of 0.00 to 1.00")
    if min(found.curve) < best.expected:
        yield Problem(FILE, "cost.cheapest", "is not the least on the curve")
    for name, threshold, expected in (
        ("cheapest", best.threshold, best.expected),
        ("expected", found.threshold, found.expected),
    ):
        there = _on_curve(found, threshold)
        if there is not None and not _same(there, expected):
            yield Problem(FILE, f"cost.{name}", f"is {expected} at {threshold:g}, the curve has {there} there")


def _on_curve(found: CostOfDecisions, threshold: float) -> float | None:
    place = round(threshold * _STEPS / _SHOWN)
    there = 0 <= place < len(found.curve) and place * _SHOWN / _STEPS == threshold
    return found.curve[place] if there else None


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(one))


def _between(value: float, low: float, high: float) -> bool:
    return low - 1e-9 * max(1.0, abs(low)) <= value <= high + 1e-9 * max(1.0, abs(high))
