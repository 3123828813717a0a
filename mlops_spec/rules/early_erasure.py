"""Predictions are kept until their outcome is known.

Live performance joins a label to the answer that was given. Where the outcome is known after 30 days and the log is
kept for 7, there is never anything to join.

Bad:

    monitor:
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.72}
    governance:
      retention: {predictions: 7d}

Good:

    monitor:
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.72}
    governance:
      retention: {predictions: 183d}

Fix: keep the log for some time longer than an outcome takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS711"
NAME = "early-erasure"
SEVERITY: Severity = "warning"


_USUAL_DAYS = 14
_TOLD = re.compile(r"([0-9]{1,4})[ _-]?(day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def check(spec: Spec) -> Iterator[Finding]:
    kept = seconds(spec.governance.retention.predictions) / 86400
    told = [int(number) * _DAYS[unit] for number, unit in _TOLD.findall(f"{spec.data.target} {spec.description}")]
    watched = spec.monitor is not None and spec.monitor.performance is not None
    delay = max(told, default=_USUAL_DAYS if watched else 0)
    if (watched or told) and kept < delay and "retention" in spec.governance.model_fields_set:
        known = f"the outcome is known after {delay} days" if told else "outcomes take weeks"
        message = f"predictions are kept for {spec.governance.retention.predictions}, and {known}"
        yield Finding(("governance", "retention", "predictions"), message, "keep them for longer")
