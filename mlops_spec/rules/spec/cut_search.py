"""A training that counts its own time ends before its job.

A search of three hours in a job of one is cut off in the midst of it, each time, with nothing kept. The parameters, the
options of the command and the comments beside them say how long the training takes. Where a cluster tries again what is
lost, its timeout is over all tries: one that has no room for a second makes the retries idle.

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

from mlops_spec.document.comments import said_of
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.base import seconds
from mlops_spec.spec.compute import OnRay
from mlops_spec.spec.said_numbers import NUMBER, said_number
from mlops_spec.spec.tuning import number, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
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
#: `takes 3 h 10 min`, `runs for about five hours`; of one step of it nothing is told here.
_ONE = rf"{NUMBER} ?(?:d|days?|h|hrs?|hours?|m|mins?|minutes?)\b"
_TAKES = regex(
    rf"\b(?:takes?|took|lasts?|needs?|runs?(?: for)?|ends? after|done (?:in|after)) "
    rf"(?:about |around |some |up to |nearly |almost |over |more than )*({_ONE}(?:,? (?:and )?{_ONE})*)"
    rf"(?! to\b| (?:per|each|an?|for each|of each) (?:epoch|step|fold|trial|batch|file))",
    re.IGNORECASE,
)
_LENGTH = regex(rf"({NUMBER}) ?(d|h|m)", re.IGNORECASE)
_WRITTEN = regex(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]+)")


def check(spec: Spec, document: Document) -> Iterator[Finding]:
    yield from _of_settings(spec)
    yield from _of_comments(spec, document)


def _of_comments(spec: Spec, document: Document) -> Iterator[Finding]:
    """Of what a comment says that one run takes, which every retry takes again."""
    compute = spec.train.compute
    tries = 2 if isinstance(compute, OnRay) and "retries" in compute.ray.model_fields_set and compute.ray.retries else 1
    takes = max(map(_taken, _beside(spec, document)), default=0.0)
    if takes * tries > seconds(compute.timeout):
        again = ", and a retry takes as long again" if tries > 1 else ""
        message = f"by its comment a run takes {_told(takes)}{again}: all ends after {compute.timeout}"
        place = ("train", "compute", *compute.within, "timeout")
        stated = document.key(place) is not None
        yield Finding(place if stated else ("train",), message, "give it the time of every try", at_key=not stated)


def _beside(spec: Spec, document: Document) -> Iterator[str]:
    within = ("train", "compute", *spec.train.compute.within)
    for place in (
        ("train",),
        ("train", "run"),
        ("train", "params"),
        within,
        (*within, "timeout"),
        (*within, "retries"),
    ):
        yield said_of(document, place)
    yield from (said_of(document, ("train", "params", name)) for name in spec.train.params)


def _taken(comment: str) -> float:
    """The seconds that a comment says that something takes: `one run takes 3 h 10 min`; 0 where it says none."""
    found = _TAKES.search(comment)
    lengths = _LENGTH.findall(found[1]) if found else []
    return sum(said_number(count) * _unit_seconds(unit) for count, unit in lengths)


def _unit_seconds(unit: str) -> float:
    return {"m": 60.0, "h": 3600.0, "d": 86400.0}[unit[0].lower()]


def _of_settings(spec: Spec) -> Iterator[Finding]:
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
    return f"{duration / 3600:.3g} hours" if duration >= 3600 else f"{duration / 60:g} minutes"
