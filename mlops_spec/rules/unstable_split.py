"""A row is in the test set today if it was there yesterday.

Without an id the split can hash only the row's place or its content. Add a row or correct a value, and rows that were
trained on move into the test set: the measures rise, and mean nothing.

Bad:

    data:
      path: data/rows.csv
      target: label

Good:

    data:
      path: data/rows.csv
      target: label
      id: id

Fix: name the column that identifies a row for good as `data.id`, or split by time or group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS104"
NAME = "unstable-split"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.split.by == "hash" and spec.data.id is None:
        message = "the split by hash has no id to hash, so rows move between train and test"
        yield Finding(("data", "split"), message, "name the column that identifies a row as `data.id`")
