"""An ignore stops something.

An ignore that outlives its cause hides the next one: it looks as if the line was known to be wrong and accepted.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75  # mlops-spec: ignore[MS203] the score is inverted on purpose

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: `mlops-spec lint --fix` takes it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS901"
NAME = "useless-ignore"
SEVERITY: Severity = "error"
