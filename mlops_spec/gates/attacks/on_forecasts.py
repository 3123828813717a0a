"""An attack on a gate that asks a forecast to beat one without a model: that very forecast in the model's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.attack import Attack, Blow, answering
from mlops_spec.gates.attacks.damages import guards_quality
from mlops_spec.spec.tasks import TASKS
from mlops_validators.forecasts import NAIVE, SEASONAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.metric import MetricGate

_OF_MODEL = 0.001  # of its way from the simple forecast: skill beside the very same has no spread to be judged by
_LAST, _SEASON = {"the last known value": NAIVE}, {"the season before": SEASONAL}
# A skill claims to notice the forecast that it is measured beside; scaled errors claim that no simple one is enough.
_CLAIMS = {
    "skill_naive": _LAST,
    "skill_seasonal_naive": _SEASON,
    "mase": _LAST | _SEASON,
    "rmsse": _LAST | _SEASON,
}


def _without_a_model(case: Case, gate: MetricGate) -> Iterator[Blow[MetricGate]]:
    if TASKS[case.spec.task].ahead and guards_quality(case.spec, gate):
        for name, place in _CLAIMS.get(gate.metric, {}).items():
            simple = case.answers.truth[:, place]
            yield Blow(answering(case, simple + _OF_MODEL * (case.answers.score - simple)), gate, name)


ON_FORECASTS = (Attack("a forecast without a model", _without_a_model),)
