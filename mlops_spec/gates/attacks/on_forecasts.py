"""Attacks on gates over forecasts: one without a model in the model's place, and quantiles that tell nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.gates.attacks.answers import collapsed, moved_up, very_wide
from mlops_spec.gates.attacks.attack import Attack, Blow, answering, draw
from mlops_spec.gates.attacks.damages import guards_quality
from mlops_spec.spec.tasks import TASKS
from mlops_validators.forecasts import NAIVE, SEASONAL
from mlops_validators.quantiles import naive_quantiles, seasonal_quantiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.gates.attacks.answers import Damage
    from mlops_spec.gates.case import Case
    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec.gates.metric import MetricGate

_OF_MODEL = 0.001  # of its way from the simple forecast: skill beside the very same has no spread to be judged by
_LAST, _SEASON = {"the last known value": NAIVE}, {"the season before": SEASONAL}
# A skill claims to notice the forecast that it is measured beside; scaled errors claim that no simple one is enough.
_CLAIMS = {
    "skill_naive": _LAST,
    "skill_seasonal_naive": _SEASON,
    "mase": _LAST | _SEASON,
    "rmsse": _LAST | _SEASON,
    "skill_pinball": _SEASON,
}


def _without_a_model(case: Case, gate: MetricGate) -> Iterator[Blow[MetricGate]]:
    if TASKS[case.spec.task].ahead and guards_quality(case.spec, gate):
        for name, place in _CLAIMS.get(gate.metric, {}).items():
            simple = _simple(case.answers, place)
            yield Blow(answering(case, simple + _OF_MODEL * (case.answers.score - simple)), gate, name)


def _simple(answers: Answers, place: int) -> np.ndarray:
    if not answers.levels:
        return np.asarray(answers.truth[:, place])
    return naive_quantiles(answers.truth) if place == NAIVE else seasonal_quantiles(answers.truth)


def _spoiled(name: str, damage: Damage, claimed: Sequence[str]) -> Attack[MetricGate]:
    def blows(case: Case, gate: MetricGate) -> Iterator[Blow[MetricGate]]:
        if case.answers.levels and gate.metric in _claims(case, claimed) and _guards(case, gate, damage):
            yield Blow(answering(case, damage(case.answers, draw(case))), gate)

    return Attack(name, blows)


def _guards(case: Case, gate: MetricGate, damage: Damage) -> bool:
    """Coverage is too low of what is too narrow, and too high of what is too wide; who bounds one side guards that."""
    if gate.metric == "coverage" and damage is very_wide:
        return gate.max is not None
    return guards_quality(case.spec, gate)


def _claims(case: Case, claimed: Sequence[str]) -> Sequence[str]:
    """A loss of all quantiles is of the forecast first: it claims to notice their spread where no other gate does."""
    guarded = any(gate.measure in _OF_INTERVAL for gate in case.spec.gates)
    return claimed if guarded else (*claimed, *_OF_ALL)


_OF_INTERVAL = ("coverage_error", "coverage", "mean_interval_score")
_OF_ALL = ("mean_pinball_loss", "scaled_pinball_loss", "skill_pinball")
ON_FORECASTS = (
    Attack("a forecast without a model", _without_a_model),
    _spoiled("quantiles at the forecast", collapsed, _OF_INTERVAL),
    _spoiled("quantiles far too wide", very_wide, (*_OF_INTERVAL, "mean_interval_width")),
    _spoiled("quantiles moved", moved_up, _OF_INTERVAL),
)
