"""A setting of the split has an effect.

`column` is read when splitting by time, group or column, `salt` when splitting by hash or group; elsewhere they only
look as if they did something.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: hash, column: signed_on}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: signed_on}

Fix: choose the split that is meant, or delete the setting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS105"
NAME = "idle-split-setting"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    split = spec.data.split
    idle = {"hash": "column", "time": "salt", "column": "salt"}.get(split.by)
    if idle and getattr(split, idle):
        yield Finding(
            ("data", "split", idle), f"a split by {split.by} does not read `{idle}`", "delete it", at_key=True
        )
