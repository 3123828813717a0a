"""Attacks on any gate that reads the answers: all of them damaged, unusable or too few, and a metric that is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from mlops_spec.gates.attacks.answers import few
from mlops_spec.gates.attacks.attack import Attack, Blow, answering, draw, only
from mlops_spec.gates.attacks.damages import (
    CONSTANT,
    CUT_OFF,
    EMPTIED,
    INVERTED,
    MISCALIBRATED,
    SHUFFLED,
    damages,
    guards_quality,
    unusable_answers,
)
from mlops_spec.pipeline.asked_texts import asked_texts
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.gate import Gate

_MISSING = "no_such_metric"
_LONGEST = 2  # features that are copied
G = TypeVar("G", bound="Gate")


def _alone(case: Case, gate: Gate) -> Case:
    del gate
    return case


def _answered(case: Case, gate: Gate, score: np.ndarray) -> Case:
    del gate
    return answering(case, score)


@dataclass(frozen=True)
class Setting(Generic[G]):
    """How answers come to a gate: `beside` puts in place what it compares with, `given` the answers to be judged."""

    beside: Callable[[Case, G], Case] = _alone
    given: Callable[[Case, G, np.ndarray], Case] = _answered

    def attacked(self, case: Case, gate: G, score: np.ndarray) -> Case:
        """The case with damaged answers."""
        return self.given(self.beside(case, gate), gate, score)


def damaged(setting: Setting[G]) -> tuple[Attack[G], ...]:
    """All answers damaged, where the gate's metric claims to notice it, and its bound guards quality."""
    names = (SHUFFLED, CONSTANT, INVERTED, MISCALIBRATED, EMPTIED, CUT_OFF)
    return (*(_damaged(setting, name) for name in names), _copied(setting))


def _damaged(setting: Setting[G], name: str) -> Attack[G]:
    def blows(case: Case, gate: G) -> Iterator[Blow[G]]:
        damage = damages(case.spec, gate.measure or "").get(name)
        if damage and guards_quality(case.spec, gate):
            yield Blow(setting.attacked(case, gate, damage(case.answers, draw(case))), gate)

    return Attack(name, blows)


def _copied(setting: Setting[G]) -> Attack[G]:
    """Of texts: what the model was asked, as its answer; the longest features, since that is what is asked."""

    def blows(case: Case, gate: G) -> Iterator[Blow[G]]:
        task = TASKS[case.spec.task]
        if task.answer.holds != "text" or gate.measure not in task.metrics or not guards_quality(case.spec, gate):
            return
        for name, texts in asked_texts(case.spec, case.test)[:_LONGEST]:
            yield Blow(setting.attacked(case, gate, texts), gate, f"of `{name}`")

    return Attack("input copied", blows)


def unusable(setting: Setting[G]) -> Attack[G]:
    """Some answers no numbers, no JSON, or no texts."""

    def blows(case: Case, gate: G) -> Iterator[Blow[G]]:
        for name, damage in unusable_answers(case.spec).items():
            yield Blow(setting.attacked(case, gate, damage(case.answers, draw(case))), gate, name)

    return Attack("NaN and infinity", blows)


def too_few(setting: Setting[G]) -> Attack[G]:
    """A handful of rows, and none."""

    def blows(case: Case, gate: G) -> Iterator[Blow[G]]:
        yield Blow(only(setting.beside(case, gate), few(case.answers)), gate, "a handful")
        yield Blow(only(setting.beside(case, gate), np.arange(0)), gate, "none")

    return Attack("too few rows", blows)


def metric_missing(setting: Setting[G]) -> Attack[G]:
    """A metric that nobody knows."""

    def blows(case: Case, gate: G) -> Iterator[Blow[G]]:
        changed = gate.model_copy(update={"metric": _MISSING})
        yield Blow(setting.beside(case, changed), changed)

    return Attack("metric missing", blows)


def common(setting: Setting[G]) -> tuple[Attack[G], ...]:
    """What any gate over a measure must stop."""
    return (unusable(setting), too_few(setting), metric_missing(setting))


def part_damaged(case: Case, metric: str, rows: np.ndarray) -> Case:
    """The answers of some rows made bad, all others as they are."""
    claimed = damages(case.spec, metric)
    damage = claimed.get(INVERTED) or claimed[SHUFFLED]
    score = case.answers.score.copy()
    score[rows] = damage(case.answers.of(rows), draw(case))
    return answering(case, score)


ALONE: Setting[Any] = Setting()
