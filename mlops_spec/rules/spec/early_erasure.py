"""Predictions are kept until their outcome is known.

Live performance joins a label to the answer that was given. Where the outcome is known after 30 days and the log is
kept for 7, there is never anything to join. And a monitor that looks once a week at a log of a day sees a seventh.

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

from mlops_spec.document.comments import said_of
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.base import seconds
from mlops_spec.spec.cron import Schedule
from mlops_spec.spec.said_numbers import NUMBER, said_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS711"
NAME = "early-erasure"
SEVERITY: Severity = "warning"


_USUAL_DAYS = 14
_FOUR_YEARS = 1461
_TOLD = regex(rf"(?<![0-9a-z])({NUMBER})[ _-]?(day|week|month|year)s?(?![a-z])", re.IGNORECASE)
_NAMED = regex(r"(?:^|[_-])([0-9]{1,3})_?(d|w|m|mo|mths?|y|yr)(?=[_-]|$)", re.IGNORECASE)
_FIRST = regex(r"\b(?:within|in|during|over|of) (?:its|his|her|their|the) first (day|week|month|year)\b", re.IGNORECASE)
#: What was before the row, or comes again and again.
_ELSE = regex(
    rf"\b(?:last|past|previous|prior|preceding|every|each|per|for) (?:{NUMBER} )?(?:days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def check(spec: Spec, document: Document) -> Iterator[Finding]:
    kept = seconds(spec.governance.retention.predictions) / 86400
    told = list(_told(spec, document))
    gap = _days_between_checks(spec)
    if kept < gap and "retention" in spec.governance.model_fields_set:
        message = f"predictions are kept for {spec.governance.retention.predictions}, and looked at every {gap} days"
        yield Finding(("governance", "retention", "predictions"), message, "keep them for longer")
        return
    watched = spec.monitor is not None and spec.monitor.performance is not None
    delay = max(told, default=_USUAL_DAYS if watched else 0)
    if (watched or told) and kept < delay and "retention" in spec.governance.model_fields_set:
        known = f"the outcome is known after {delay} days" if told else "outcomes take weeks"
        message = f"predictions are kept for {spec.governance.retention.predictions}, and {known}"
        yield Finding(("governance", "retention", "predictions"), message, "keep them for longer")


def _told(spec: Spec, document: Document) -> Iterator[int]:
    """After how many days an outcome is known, as target, description and the comments on the labels tell it."""
    comments = [said_of(document, place) for place in (("monitor", "performance"), ("data", "target"))]
    for text in (
        *spec.data.targets,
        _ELSE.sub(" ", spec.description or ""),
        *(_ELSE.sub(" ", each) for each in comments),
    ):
        for number, unit in (*_TOLD.findall(text.replace("_", " ")), *_NAMED.findall(text)):
            yield said_number(number) * _DAYS[unit[0].lower()]
        yield from (_DAYS[unit[0].lower()] for unit in _FIRST.findall(text))


def _days_between_checks(spec: Spec) -> int:
    """Days between two looks of the monitor, about; 0 where there is none, or where its schedule can't be read."""
    schedule = Schedule.read(spec.monitor.schedule) if spec.monitor else None
    days = schedule.days_in_four_years() if schedule else 0
    return round(_FOUR_YEARS / days) if days else 0
