"""The damages to answers that each metric claims to notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.gates.attacks.answers import (
    Damage,
    certain,
    constant,
    crossed,
    cut_off,
    emptied,
    exchanged,
    inverted,
    miscalibrated,
    most_frequent,
    shuffled,
    spoiled,
    unfit,
    usual_reference,
)
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate

SHUFFLED, CONSTANT, INVERTED = "shuffled labels", "constant scores", "inverted scores"
MISCALIBRATED = "miscalibrated scores"
EMPTIED, CUT_OFF = "empty texts", "texts cut off"
_ALL: dict[str, Damage] = {SHUFFLED: shuffled, CONSTANT: constant, INVERTED: inverted}
# A model that answers everything with yes has perfect recall, and one that knows nothing may be well calibrated.
_CLAIMS: dict[str, dict[str, Damage]] = {
    "recall": {SHUFFLED: shuffled},
    "recall_at_k": {SHUFFLED: shuffled, INVERTED: inverted},  # of short queries k rows are all, in whatever order
    "expected_calibration_error": {CONSTANT: certain, INVERTED: inverted, MISCALIBRATED: miscalibrated},
    # The shares of all values hold as many of them as those of each row, and a width is of no truth.
    "coverage": {},
    "coverage_error": {},
    "mean_interval_width": {},
}
_UNUSABLE: dict[str, dict[str, Damage]] = {
    "numbers": {"NaN": spoiled(np.nan), "+infinity": spoiled(np.inf), "-infinity": spoiled(-np.inf)},
    "json": {"NaN": unfit("NaN"), "half an answer": unfit('{"answer":')},
    "text": {"none": unfit(None), "NaN": unfit(np.nan), "half a character": unfit("\ud800")},
}
# Of answers that are no numbers.
_OF_JSON: dict[str, Damage] = {SHUFFLED: shuffled, CONSTANT: most_frequent, INVERTED: exchanged}
_OF_TEXTS: dict[str, Damage] = {
    SHUFFLED: shuffled,
    CONSTANT: usual_reference,
    INVERTED: exchanged,
    EMPTIED: emptied,
    CUT_OFF: cut_off,
}


def damages(spec: Spec, metric: str) -> dict[str, Damage]:
    """The damages that a metric claims to notice, by the attack's name; the user's own metrics claim all."""
    task = TASKS[spec.task]
    if task.answer.numbers:
        return _CLAIMS.get(metric, _ALL)
    return _OF_TEXTS if metric in task.metrics else _OF_JSON


def otherwise(spec: Spec) -> Damage:
    """What changes every answer."""
    return inverted if TASKS[spec.task].answer.numbers else exchanged


def unusable_answers(spec: Spec) -> dict[str, Damage]:
    """What no answer may be, by its name: no finite number, no quantiles, no JSON, or no text."""
    crossing: dict[str, Damage] = {"crossed quantiles": crossed} if spec.data.quantiles else {}
    return _UNUSABLE[TASKS[spec.task].answer.holds] | crossing


def guards_quality(spec: Spec, gate: Gate) -> bool:
    """Whether a bound is on the side of the worse values: a ceiling on AUC stops what is too good, and nothing else."""
    if gate.limits is None:
        return True
    least, most = gate.limits
    return (least if spec.evaluate.higher_is_better(gate.measure or "") is not False else most) is not None
