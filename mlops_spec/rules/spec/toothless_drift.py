"""A drift alarm can ring.

The Kolmogorov-Smirnov statistic, Cramér's V and the Jensen-Shannon distance are never above 1, and where columns move a
little a share of 1 asks every one to have.

Bad:

    monitor:
      drift: {method: ks, max: 1.0}

Good:

    monitor:
      drift: {method: ks, max: 0.1}

Fix: set the limit so that last year's changes would have raised it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS606"
NAME = "toothless-drift"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if not spec.monitor:
        return
    drift = spec.monitor.drift
    if drift.method in ("ks", "jensen_shannon", "chi2") and drift.max >= 1:
        yield Finding(("monitor", "drift", "max"), f"`{drift.method}` is never above 1")
    if drift.share == 1 and (drift.columns == "all" or len(drift.columns) > 1):
        message = "what moves a little is told only when every column has moved"
        yield Finding(("monitor", "drift", "share"), message, "take a smaller share, such as 0.3")
