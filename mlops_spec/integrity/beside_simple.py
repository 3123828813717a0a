"""The check of simple models beside the candidate: of its task, and with leads that follow from the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.integrity.measured import FILE, beyond, known
from mlops_spec.package.problem import Problem
from mlops_spec.spec.measures import measured
from mlops_spec.spec.simple_kinds import COPY, MOST_FREQUENT, SEASONAL
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.integrity.shapes import BesideSimple, Evaluation, Measured
    from mlops_spec.spec import Spec


def of_simple_model(spec: Spec, evaluation: Evaluation) -> Iterator[Problem]:
    """What is wrong with the section `simple_model`, where there is one."""
    found = evaluation.simple_model
    if found is None:
        return
    if (found.kind is None) != (not found.measures) or (found.kind is None) != bool(found.reason):
        yield Problem(FILE, "simple_model", "has a kind, rows and measures, or else the reason why there are none")
    elif found.kind is not None and (found.kind not in _kinds(spec) or found.rows == 0):
        yield Problem(FILE, "simple_model", f"is {found.kind} of {found.rows:,} rows, for a task of {spec.task}")
    wanted = set(measured(spec)) if found.kind is not None else set()
    for name in sorted(found.measures.keys() ^ wanted):
        yield Problem(FILE, f"simple_model.measures.{name}", "is missing, or the spec asks for no such metric")
    for name, beside in found.measures.items():
        yield from _of_measure(spec, name, beside, evaluation.measures.get(name))


def _kinds(spec: Spec) -> tuple[str, ...]:
    task = TASKS[spec.task]
    if task.ahead:
        return (SEASONAL,)
    if task.answer.holds == "text":
        return COPY, MOST_FREQUENT
    return ("logistic regression",) if task.of_classes else ("ridge regression",)


def _of_measure(spec: Spec, name: str, beside: BesideSimple, mine: Measured | None) -> Iterator[Problem]:
    field = f"simple_model.measures.{name}"
    for key in ("constant", "linear"):
        if said := beyond(getattr(beside, key), known(spec, name)):
            yield Problem(FILE, f"{field}.{key}", said)
    if mine is None or beside.lead is None:
        return
    lead = beside.lead
    if lead.low is not None and lead.high is not None and lead.low > lead.high:
        yield Problem(FILE, f"{field}.lead", f"its interval ends ({lead.high}) before it begins ({lead.low})")
    if lead.value is None and (lead.low is not None or lead.high is not None):
        yield Problem(FILE, f"{field}.lead", "has an interval, and no value")
    if lead.value is None or mine.value is None:
        return
    if beside.linear is None:
        yield Problem(FILE, f"{field}.lead", "is given over a model that has no value")
        return
    ahead = mine.value - beside.linear if spec.evaluate.higher_is_better(name) else beside.linear - mine.value
    if abs(ahead - lead.value) > 1e-4 * max(1.0, abs(mine.value), abs(beside.linear)):
        yield Problem(FILE, f"{field}.lead", f"is {lead.value}, but the values differ by {ahead:.6g}")
