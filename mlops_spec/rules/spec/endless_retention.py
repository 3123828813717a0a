"""What people are judged by is not kept for ever.

The log holds what was asked about each person. Ten years are what the AI Act asks of documents about a model; nothing
asks for longer of the rows, and the GDPR asks for shorter.

Bad:

    governance:
      retention: {predictions: 40000d}

Good:

    governance:
      retention: {predictions: 400d}

Fix: keep the log for as long as outcomes come in and complaints may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS715"
NAME = "endless-retention"
SEVERITY: Severity = "warning"


_MOST_DAYS = 3660


def check(spec: Spec) -> Iterator[Finding]:
    kept = spec.governance.retention.predictions
    days = seconds(kept) / 86400
    if days > _MOST_DAYS:
        message = f"{kept} are {days / 365.25:,.0f} years"
        yield Finding(("governance", "retention", "predictions"), message, "keep it for a year or two")
