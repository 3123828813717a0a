"""Which columns the model sees, and which class it looks for, as the spec says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.diagnostic import listed

if TYPE_CHECKING:
    from mlops_spec.spec import Spec


def is_feature(spec: Spec, column: str) -> bool:
    """Whether the model sees a column, if the data has it: `include`, or all but target, id, weight and `exclude`."""
    features = spec.train.features
    if features.include is not None:
        return column in features.include
    return column not in (spec.data.target, spec.data.id, spec.data.weight, *features.exclude)


def positive_class(spec: Spec) -> bool | int | str | None:
    """The positive class of a binary task; unless the spec names it, it is 1."""
    if spec.task != "binary-classification":
        return None
    return 1 if spec.data.positive is None else spec.data.positive


def exclusion(spec: Spec, *columns: str) -> str:
    """The hint that takes columns out of the model's sight."""
    if spec.train.features.include is not None:
        return f"take {listed(columns)} out of `train.features.include`"
    return f"add {listed(columns)} to `train.features.exclude`"
