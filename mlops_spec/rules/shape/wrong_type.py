"""A value has the type of its key.

Nothing is converted: `"0.75"` is text and no number, `yes` is text and neither true nor false, and `2026` is a number
where a salt must be text. A tool that guesses would guess differently from the next one.

Bad:

    gates:
      - metric: roc_auc
        min: "0.75"

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: `mlops-spec lint --fix` takes quotes away or adds them where there is one way to write the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS006"
NAME = "wrong-type"
SEVERITY: Severity = "error"
