"""A split by groups has groups to split.

A whole group is either learned from or tested. Of five groups one is all of the test, or none: the other values are
never judged, no difference between them can be measured, and a slice of each finds one.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [region]}
    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: group, column: region}
      contract:
        columns:
          region: {type: category, values: [north, south]}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [household]}
    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: group, column: household}
      contract:
        columns:
          household: {type: string}

Fix: name a column of many values, such as whom a row is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.groups import number_of_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS118"
NAME = "lopsided-groups"
SEVERITY: Severity = "error"

_LEAST = 3  # groups on each side


def check(spec: Spec) -> Iterator[Finding]:
    split = spec.data.split
    if split.by != "group" or split.column is None:
        return
    place = ("data", "split", "column")
    count = number_of_values(spec, split.column)
    if split.column in spec.data.targets:
        yield Finding(place, "the test would have other answers than the training")
    elif split.column in spec.data.protected:
        yield Finding(place, f"of the groups of `{split.column}` the test has only a few, and no difference shows")
    elif count is not None and min(count * split.test, count * (1 - split.test)) < _LEAST:
        message = f"`{split.column}` has {count} values, too few to set {split.test:.0%} of them aside"
        yield Finding(place, message, "split by what a row is about, or by a column that says `test`")
