"""A value is one that its key allows.

Names are checked against the list of known ones, numbers against their range, and text against the form that the tools
behind it read.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: hsh}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: hash}

Fix: the hint names the nearest known value or the form that is expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS007"
NAME = "wrong-value"
SEVERITY: Severity = "error"
