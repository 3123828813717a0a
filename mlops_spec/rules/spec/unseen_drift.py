"""Drift is watched where the model looks.

Ids and times move by themselves, and what the model does not see may move without harm. Watched alone they ring for
nothing, while the inputs change unnoticed.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: seen_at, test: 0.2}
      contract:
        columns:
          seen_at: {type: timestamp}
          amount: {type: number}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [seen_at]}
    monitor:
      drift: {columns: [seen_at]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: seen_at, test: 0.2}
      contract:
        columns:
          seen_at: {type: timestamp}
          amount: {type: number}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [seen_at]}
    monitor:
      drift: {columns: [amount]}

Fix: name the model's inputs, or leave `columns` out: then all of them are watched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS612"
NAME = "unseen-drift"
SEVERITY: Severity = "warning"

_COUNTED = ("integer", "number", "category", "boolean")


def check(spec: Spec) -> Iterator[Finding]:
    if not spec.monitor or spec.monitor.drift.columns == "all":
        return
    columns = spec.data.contract.columns
    watched = spec.monitor.drift.columns
    moving = [
        name for name in watched if name == spec.data.id or (name in columns and columns[name].type == "timestamp")
    ]
    seen = [name for name, column in columns.items() if is_feature(spec, name) and column.type in _COUNTED]
    derived = spec.data.derive
    blind = not any(is_feature(spec, name) or name in derived for name in watched)
    if blind and (seen or {*watched} <= {*moving, *spec.data.targets}):
        message = "the model sees none of the columns whose drift is watched"
        yield Finding(("monitor", "drift", "columns"), message, "name its inputs, or leave `columns` out", at_key=True)
        return
    for name in moving:
        place = ("monitor", "drift", "columns", watched.index(name))
        yield Finding(place, f"`{name}` moves by itself, so this rings for nothing", "take it out")
