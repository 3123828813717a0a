"""An alert is repeated neither always nor never.

During the cooldown no other alert is opened. One of years silences the monitor after its first alert; one of seconds
ends before the next look, and every look opens another.

Bad:

    monitor:
      on_alert: {open: issue, cooldown: 3650d}

Good:

    monitor:
      on_alert: {open: issue, cooldown: 7d}

Fix: take about as long as it takes to retrain the model, days or weeks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS608"
NAME = "odd-cooldown"
SEVERITY: Severity = "warning"


_LEAST, _MOST = 300, 60 * 86400


def check(spec: Spec) -> Iterator[Finding]:
    if spec.monitor is None or _LEAST <= seconds(spec.monitor.on_alert.cooldown) <= _MOST:
        return
    cooldown = spec.monitor.on_alert.cooldown
    what = "every look opens another alert" if seconds(cooldown) < _LEAST else "no other alert is opened"
    yield Finding(("monitor", "on_alert", "cooldown"), f"for {cooldown} {what}", "take days or weeks")
