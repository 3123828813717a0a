"""A ranking is judged on as many rows as people see.

Of a query with thirty rows the first fifty are all of them: recall is 1 in any order. And what an app shows five of is
not judged by the first fifty.

Bad:

    task: ranking
    description: Orders the offers of a search; the app shows the first five.
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: search}
    train: {run: python -m example.train, predictor: "example.predict:load", features: {exclude: [search]}}
    evaluate: {k: 50}
    gates:
      - {metric: ndcg_at_k, min: 0.6}

Good:

    task: ranking
    description: Orders the offers of a search; the app shows the first five.
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: search}
    train: {run: python -m example.train, predictor: "example.predict:load", features: {exclude: [search]}}
    evaluate: {k: 5}
    gates:
      - {metric: ndcg_at_k, min: 0.6}

Fix: write as many as people see.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.comments import said_of
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.measures import measures
from mlops_spec.spec.said_numbers import NUMBER, said_number
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.tasks.ranking import AT_K

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS179"
NAME = "whole-list"
SEVERITY: Severity = "warning"

_SHOWN = regex(
    rf"\b(?:first|top|best|uppermost|shows?|displays?)[ -](?:the )?(?:(?:first|top|best)[ -])?({NUMBER})\b"
    r"(?! ?%| percent)",
    re.IGNORECASE,
)
_SIZE = regex(
    rf"\b(?:up to|at most|about|around|some|(?:{NUMBER}) ?(?:to|-|–)) ?({NUMBER}) \w+(?: \w+)? (?:each|per|a|in each)\b"
    rf"|\b(?:up to|at most) ({NUMBER}) \w+$",
    re.IGNORECASE,
)
_POSITION = regex(r"(^|_)(position|rank|slot|place)(_|$)")


def check(spec: Spec, document: Document) -> Iterator[Finding]:
    k = spec.evaluate.k
    if not TASKS[spec.task].by_query or not isinstance(k, int) or not any(name in AT_K for _, name in measures(spec)):
        return
    for message, hint in (*_more_than_shown(spec, k), *_all_of_them(spec, document, k)):
        yield Finding(("evaluate", "k"), message, hint)
        return


def _more_than_shown(spec: Spec, k: int) -> Iterator[tuple[str, str]]:
    shown = [(said_number(found[1]), found[0]) for found in _SHOWN.finditer(spec.description or "")]
    if shown and k > max(shown)[0]:
        number, words = max(shown)
        yield f"the description says `{words}`, and {k} are judged", f"write {number}"


def _all_of_them(spec: Spec, document: Document, k: int) -> Iterator[tuple[str, str]]:
    hint = "write as many as people see"
    query = spec.data.split.column or ""
    said = said_of(document, ("data", "contract", "columns", query))
    for found in _SIZE.finditer(said):
        if k >= (size := said_number(found[1] or found[2])):
            yield f"a `{query}` has up to {size} rows by its comment, and {k} of them are judged: all", hint
    for name, column in spec.data.contract.columns.items():
        if _POSITION.search(name.lower()) and column.max is not None and k >= column.max > 1:
            yield f"`{name}` goes to {column.max:g}, so the first {k} are all that a query has", hint
