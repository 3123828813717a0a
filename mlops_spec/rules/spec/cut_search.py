"""A training that counts its own time ends before its job.

A search of three hours in a job of one is cut off in the midst of it, each time, with nothing kept. The parameters and
the options of the command say how long the training means to take.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {search_budget_minutes: 180}
      compute: {timeout: 60m}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {search_budget_minutes: 40}
      compute: {timeout: 60m}

Fix: leave the job more time than the search, for the data, the last fit and the evaluation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.base import seconds
from mlops_spec.spec.tuning import number, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS313"
NAME = "cut-search"
SEVERITY: Severity = "warning"


_TIME = regex(r"time|wall|budget|limit|runtime|run_time|duration|max_secs")
#: Times of one step of it, times in the data, and limits on something else.
_OTHER = regex(
    r"time_?(step|series|col|zone|of)|(^|_)(per|each|lag|window|horizon|bucket|patience|poll|interval|request|connect|retry"
    r"|cache|datetime|timestamp|trials?|rows?|evals?|iter|memory|mb|gb|tokens?|eur|usd|cost)(_|$)"
)
_UNITS = {
    r"ms|millis|milliseconds?": 0.001,
    r"s|secs?|seconds?": 1.0,
    r"m|mins?|minutes?": 60.0,
    r"h|hrs?|hours?": 3600.0,
    r"d|days?": 86400.0,
}
_LEAST = 60.0  # a bare number below is a limit on something else
_WRITTEN = regex(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]+)")


def check(spec: Spec) -> Iterator[Finding]:
    stops = seconds(spec.train.compute.timeout)
    for place, name, value, piece in settings(spec):
        meant = _seconds(name, value) if _TIME.search(name) and not _OTHER.search(name) else None
        if meant is not None and meant >= stops:
            message = f"`{name}` is {_told(meant)}, and the job is stopped after {spec.train.compute.timeout}"
            yield Finding(place, message, "leave the job more time than the search", piece=piece)


def _seconds(name: str, value: object) -> float | None:
    written = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if written:
        unit = _unit(written[2])
        return float(written[1]) * unit if unit else None
    count, unit = number(value), _unit(name.rpartition("_")[2])
    if count is None:
        return None
    return count * unit if unit else count if count >= _LEAST else None


def _unit(word: str) -> float | None:
    return next((each for pattern, each in _UNITS.items() if re.fullmatch(pattern, word)), None)


def _told(duration: float) -> str:
    return f"{duration / 3600:g} hours" if duration >= 3600 else f"{duration / 60:g} minutes"
