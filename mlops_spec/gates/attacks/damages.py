"""The damages to answers that each metric claims to notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.gates.attacks.answers import (
    Damage,
    certain,
    constant,
    exchanged,
    inverted,
    miscalibrated,
    most_frequent,
    shuffled,
    spoiled,
    without_json,
)
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate

SHUFFLED, CONSTANT, INVERTED = "shuffled labels", "constant scores", "inverted scores"
MISCALIBRATED = "miscalibrated scores"
_ALL: dict[str, Damage] = {SHUFFLED: shuffled, CONSTANT: constant, INVERTED: inverted}
# A model that answers everything with yes has perfect recall, and one that knows nothing may be well calibrated.
_CLAIMS: dict[str, dict[str, Damage]] = {
    "recall": {SHUFFLED: shuffled},
    "recall_at_k": {SHUFFLED: shuffled, INVERTED: inverted},  # of short queries k rows are all, in whatever order
    "expected_calibration_error": {CONSTANT: certain, INVERTED: inverted, MISCALIBRATED: miscalibrated},
}
UNUSABLE: dict[str, Damage] = {"NaN": spoiled(np.nan), "+infinity": spoiled(np.inf), "-infinity": spoiled(-np.inf)}
# Of answers that are no numbers, which only the user's own metrics read.
_OF_TEXTS: dict[str, Damage] = {SHUFFLED: shuffled, CONSTANT: most_frequent, INVERTED: exchanged}
_NO_JSON: dict[str, Damage] = {"NaN": without_json("NaN"), "half an answer": without_json('{"answer":')}


def damages(spec: Spec, metric: str) -> dict[str, Damage]:
    """The damages that a metric claims to notice, by the attack's name; the user's own metrics claim all."""
    return _CLAIMS.get(metric, _ALL) if TASKS[spec.task].answer.numbers else _OF_TEXTS


def otherwise(spec: Spec) -> Damage:
    """What changes every answer."""
    return inverted if TASKS[spec.task].answer.numbers else exchanged


def unusable_answers(spec: Spec) -> dict[str, Damage]:
    """What no answer may be, by its name: no finite number, or no JSON."""
    return UNUSABLE if TASKS[spec.task].answer.numbers else _NO_JSON


def guards_quality(spec: Spec, gate: Gate) -> bool:
    """Whether a bound is on the side of the worse values: a ceiling on AUC stops what is too good, and nothing else."""
    if gate.limits is None:
        return True
    least, most = gate.limits
    return (least if spec.evaluate.higher_is_better(gate.measure or "") is not False else most) is not None
