"""The model sees neither the answer nor the row's number.

A model that is given its target as a feature is perfect until the first day in production; one that is given the row's
id learns the order in which rows were collected. A feature that is cut from the target is the target, and so is the
column that the target is cut from.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {include: [age, income, label]}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {include: [age, income]}

Fix: take the column out of `include`, or add it to `exclude`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS103"
NAME = "target-feature"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, column in enumerate(spec.train.features.include or ()):
        named: dict[str | None, str] = {spec.data.weight: "the row's weight", spec.data.id: "the row's id"}
        named |= dict.fromkeys(spec.data.targets, "the target")
        if column in named:
            what = named[column]
            yield Finding(("train", "features", "include", index), f"the model sees `{column}`, {what}", "take it out")
    yield from _derived(spec)


def _derived(spec: Spec) -> Iterator[Finding]:
    targets = spec.data.targets
    for name, derived in spec.data.derive.items():
        seen = derived.from_ if name in targets else name if derived.from_ in targets else None
        if seen is not None and is_feature(spec, seen):
            message = f"`{name}` is cut from `{derived.from_}`, and so the model sees the answer in `{seen}`"
            yield Finding(("data", "derive", name, "from"), message, exclusion(spec, seen))
