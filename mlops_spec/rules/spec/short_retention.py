"""At high risk the log of predictions is kept for six months.

The EU AI Act (articles 19 and 26) asks providers and users of systems of high risk to keep automatic logs for at least
six months.

Bad:

    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
      retention: {predictions: 30d}

Good:

    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
      retention: {predictions: 183d}

Fix: `mlops-spec lint --fix` writes 183d.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS704"
NAME = "short-retention"
SEVERITY: Severity = "error"


_SIX_MONTHS = 183


def check(spec: Spec) -> Iterator[Finding]:
    kept = spec.governance.retention.predictions
    if spec.governance.risk == "high" and seconds(kept) < _SIX_MONTHS * 86400:
        place = ("governance", "retention", "predictions")
        right = f"{_SIX_MONTHS}d"
        message = f"at high risk predictions are kept for six months, not {kept}"
        yield Finding(place, message, f"write `{right}`", fix=(Change(place, right),))
