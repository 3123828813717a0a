"""A row is in the test set today if it was there yesterday.

A split by hash asks what a row holds besides its id. A name that is not called so is part of that: equal rows are no
longer seen to be equal, come to lie in train and in test, and each new name of an old row is drawn anew.

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

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS104"
NAME = "unstable-split"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.split.by == "hash" and spec.data.id is None:
        message = "the split by hash knows no id, so what names a row counts as what it holds"
        yield Finding(("data", "split"), message, "name the column that identifies a row as `data.id`")
