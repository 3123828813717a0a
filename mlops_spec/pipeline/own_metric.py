"""The user's own measure, from `src`: what it gives is checked, and its errors name it."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.entry_point import import_function
from mlops_spec.package.predictor.json_answers import from_json
from mlops_spec.spec.tasks import TASKS
from mlops_validators import custom_measure, row_measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.spec import Spec
    from mlops_spec.spec.evaluate import CustomMetric
    from mlops_validators import Measure


def own_measure(root: Path, spec: Spec, own: CustomMetric) -> Measure:
    """The measure `own.run`; raises Failure when `src` has no such function.

    Called, it raises ValueError where the user's function does, which says "undefined on these rows", and Failure for
    any other exception and for an answer that is no number, or with `per: row` not a number for each row. The function
    gets arrays, or of answers that are no numbers lists of texts or of what their JSON says, made anew for each call;
    where rows have no reference, in their place dicts of what was asked.
    """
    what = f"metric `{own.name}`"
    holds = TASKS[spec.task].answer.holds
    handed = (_HANDED[holds] if spec.data.targets else from_json, _HANDED[holds])
    function = _taking(handed, import_function(own.run, root / "src", what))
    told: dict[str, Any] = {"task": spec.task, "higher_is_better": own.direction == "higher"}
    if own.per == "row":
        return row_measure(own.name, _of_rows(function, what), **told)
    return custom_measure(own.name, _of_all(function, what), **told)


def _of_all(function: Callable[..., object], what: str) -> Callable[[np.ndarray, np.ndarray], float]:
    def measure(truth: np.ndarray, score: np.ndarray) -> float:
        value = _called(function, truth, score)
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
            hint = "; `per: row` is of one that gives a number for each row" if isinstance(value, np.ndarray) else ""
            raise Failure(
                f"{what} gives {type(value).__name__}, not a number",
                exit_code=Exit.FINDINGS,
                remedy=f"It takes `y_true` and `y_score`, of one length, and returns a float{hint}.",
            )
        return float(value)

    return measure


def _of_rows(function: Callable[..., object], what: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    def measure(truth: np.ndarray, score: np.ndarray) -> np.ndarray:
        value = _called(function, truth, score)
        given = np.asarray(value) if isinstance(value, np.ndarray | list | tuple | pd.Series) else None
        if given is None or given.shape != (len(truth),) or given.dtype.kind not in "biuf":
            shape = "" if given is None else f" of {given.dtype} and shape {given.shape}"
            raise Failure(
                f"{what} gives {type(value).__name__}{shape}, not a number for each of {len(truth):,} rows",
                exit_code=Exit.FINDINGS,
                remedy="With `per: row` it takes `y_true` and `y_score`, and returns an array of their length.",
            )
        return given.astype(np.float64)

    return measure


def _called(function: Callable[..., object], truth: np.ndarray, score: np.ndarray) -> object:
    try:
        return function(truth, score)
    except Failure as failure:
        if isinstance(failure.__cause__, ValueError):
            raise ValueError(failure.message) from failure
        raise


def _taking(
    handed: tuple[Callable[[np.ndarray], object], Callable[[np.ndarray], object]], function: Callable[..., object]
) -> Callable[..., object]:
    return lambda truth, score: function(handed[0](truth), handed[1](score))


def _read_only(values: np.ndarray) -> np.ndarray:
    """The same values; a measure that changed them would change what is measured next."""
    view = values.view()
    view.flags.writeable = False
    return view


_HANDED: dict[str, Callable[[np.ndarray], object]] = {"numbers": _read_only, "text": list, "json": from_json}
