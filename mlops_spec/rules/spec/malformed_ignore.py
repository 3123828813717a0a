"""A comment to the linter is one that it reads.

A comment that is nearly an ignore ignores nothing, and its writer believes that it does.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75  # mlops-spec: ignore MS203

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: write `# mlops-spec: ignore[MS203] reason`, with several codes between commas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS903"
NAME = "malformed-ignore"
SEVERITY: Severity = "error"
