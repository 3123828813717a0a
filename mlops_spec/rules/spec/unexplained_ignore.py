"""An ignore says why.

The next reader must see whether the reason still holds, and the auditor that there was one.

Bad:

    gates:
      - metric: roc_auc
        min: 0.5  # mlops-spec: ignore[MS206]

Good:

    gates:
      - metric: roc_auc
        min: 0.5  # mlops-spec: ignore[MS206] a first bound; raised with the first release

Fix: write the reason behind the bracket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS902"
NAME = "unexplained-ignore"
SEVERITY: Severity = "error"
