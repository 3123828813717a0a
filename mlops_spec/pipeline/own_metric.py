"""The user's own measure, from `src`: what it gives is checked, and its errors name it."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.entry_point import import_function
from mlops_validators import custom_measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.spec import Spec
    from mlops_spec.spec.evaluate import CustomMetric
    from mlops_validators import Measure


def own_measure(root: Path, spec: Spec, own: CustomMetric) -> Measure:
    """The measure `own.run`; raises Failure when `src` has no such function.

    Called, it raises ValueError where the user's function does, which says "undefined on these rows", and Failure for
    any other exception and for an answer that is no number.
    """
    what = f"metric `{own.name}`"
    function = _checked(import_function(own.run, root / "src", what), what)
    return custom_measure(own.name, function, task=spec.task, higher_is_better=own.direction == "higher")


def _checked(function: Callable[..., object], what: str) -> Callable[[np.ndarray, np.ndarray], float]:
    def measure(truth: np.ndarray, score: np.ndarray) -> float:
        try:
            value = function(_read_only(truth), _read_only(score))
        except Failure as failure:
            if isinstance(failure.__cause__, ValueError):
                raise ValueError(failure.message) from failure
            raise
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
            raise Failure(
                f"{what} gives {type(value).__name__}, not a number",
                exit_code=Exit.FINDINGS,
                remedy="It takes `y_true` and `y_score`, arrays of one length, and returns a float.",
            )
        return float(value)

    return measure


def _read_only(values: np.ndarray) -> np.ndarray:
    """The same values; a measure that changed them would change what is measured next."""
    view = values.view()
    view.flags.writeable = False
    return view
