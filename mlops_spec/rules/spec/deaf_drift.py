"""A drift alarm rings before everything has changed.

A population stability index above 0.25 is called a large shift; one of 5 is another population. A distance of 0.9 says
that nearly no row is as before, and where all columns move a little a share of 0.9 waits for nearly all of them.

Bad:

    monitor:
      drift: {method: psi, max: 5.0}

Good:

    monitor:
      drift: {method: psi, max: 0.2}

Fix: take about 0.2, and a third of the columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS611"
NAME = "deaf-drift"
SEVERITY: Severity = "warning"


_MOST = {"psi": 1.0, "ks": 0.5, "chi2": 0.5, "jensen_shannon": 0.5}
_NEVER = {"ks": 1.0, "chi2": 1.0, "jensen_shannon": 1.0}
_MOST_SHARE = 0.8


def check(spec: Spec) -> Iterator[Finding]:
    if not spec.monitor:
        return
    drift = spec.monitor.drift
    most, never = _MOST.get(drift.method), _NEVER.get(drift.method)
    if most is not None and drift.max >= most and (never is None or drift.max < never):
        yield Finding(("monitor", "drift", "max"), f"a `{drift.method}` of {drift.max:g} is another population")
    if _MOST_SHARE <= drift.share < 1:
        message = f"what moves a little is told from {drift.share:.0%} of the columns on"
        yield Finding(("monitor", "drift", "share"), message, "take a smaller share, such as 0.3")
    elif drift.share == 0:
        yield Finding(("monitor", "drift", "share"), "the alarm rings when one column moved a little", "take 0.3 or so")
