"""A key stands once in its mapping.

YAML forbids the same key twice, but most parsers take the last one in silence: whoever reads the first believes in a
gate that is not there.

Bad:

    gates:
      - metric: roc_auc
        min: 0.80
        min: 0.50

Good:

    gates:
      - metric: roc_auc
        min: 0.80

Fix: keep the one that is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS003"
NAME = "duplicate-key"
SEVERITY: Severity = "error"
