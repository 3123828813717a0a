"""Latency is timed on as many rows as a request has.

A model that takes 2 ms for a row and a second for 800 passes at a batch of one, and the app that sends 800 rows times
out. A request of a ranking holds the rows of a query, which is never one.

Bad:

    description: Orders what a customer may buy. Each request holds 800 products.
    gates:
      - metric: roc_auc
        min: 0.75
      - latency: {p99: 120ms}

Good:

    description: Orders what a customer may buy. Each request holds 800 products.
    gates:
      - metric: roc_auc
        min: 0.75
      - latency: {p99: 120ms, batch: 800}

Fix: write the rows of a request in `batch`; where requests differ, gate the largest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.comments import said_of
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.said_numbers import NUMBER, said_number
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS238"
NAME = "lone-request"
SEVERITY: Severity = "warning"

_ASKED = r"(?:requests?|calls?|quer(?:y|ies)|api call|page (?:view|load)s?)"
#: What a number counts that is no row.
_OTHER = (
    r"(?!(?:ms|milliseconds?|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|months?|years?|mb|kb|gb|requests?|calls?"
    r"|queries|times|features|columns|fields|users|customers|clients|per|a|an|of|percent|retries|attempts|labels|classes"
    r"|tokens|words|characters|letters|eur|usd)\b)"
)
_ROWS = rf"({NUMBER}) (?:[a-z-]+ ){{0,2}}?{_OTHER}[a-z]+s\b"
_HOLDS = regex(
    rf"\b{_ASKED} (?:always |usually |often )?"
    rf"(?:holds?|has|have|carr(?:y|ies)|contains?|brings?|sends?|asks? (?:about|for)"
    rf"|covers?|scores?|comes? with|with|of) (?:[a-z'’-]+ ){{0,5}}?{_ROWS}",
    re.IGNORECASE,
)
_PER = regex(
    rf"\b{_ROWS} (?:per|in each|in every|in one|in a|with each|at a|each|a) (?:{_ASKED}|time|once)\b", re.IGNORECASE
)
_AT_ONCE = regex(rf"\b(?:in )?batches of ({NUMBER})\b|\b({NUMBER}) (?:[a-z]+ )?at (?:a time|once)\b", re.IGNORECASE)
_MUCH = 2  # times as many rows may a request have as are timed


def check(spec: Spec, document: Document) -> Iterator[Finding]:
    gates = [(index, gate) for index, gate in enumerate(spec.gates) if isinstance(gate, LatencyGate)]
    if not gates:
        return
    index, most = max(gates, key=lambda pair: pair[1].latency.batch)
    timed = most.latency.batch
    place = (
        ("gates", index, "latency", "batch")
        if "batch" in most.latency.model_fields_set
        else ("gates", index, "latency")
    )
    texts = (spec.description or "", spec.governance.intended_use or "", said_of(document, ("gates", index)))
    rows, words = max((each for text in texts for each in _said(text)), default=(0, ""))
    if rows >= _MUCH * timed:
        yield Finding(place, f"`{words}`, and a request of {timed} is timed", f"write `batch: {rows}`")
    elif timed == 1 and TASKS[spec.task].by_query:
        message = "a request of a ranking holds the rows of a query, and one row is timed"
        yield Finding(place, message, "write in `batch` how many rows a query has")


def _said(text: str) -> Iterator[tuple[int, str]]:
    """How many rows a text says that a request has, and its words."""
    for form in (_HOLDS, _PER, _AT_ONCE):
        for found in form.finditer(text):
            yield said_number(next(filter(None, found.groups()))), " ".join(found[0].split())
