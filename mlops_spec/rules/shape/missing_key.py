"""What has no safe default is said.

Some things can't be guessed without a risk: which column is predicted, what trains the model, which bound must hold.

Bad:

    data:
      path: data/rows.csv
      id: id

Good:

    data:
      path: data/rows.csv
      target: label
      id: id

Fix: add the key; the hint says what it means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS005"
NAME = "missing-key"
SEVERITY: Severity = "error"
