"""A list names a thing once.

Twice the same column, owner or measure is a slip: often the other one was meant, and is missing.

Bad:

    evaluate:
      metrics: [log_loss, brier_score, log_loss]

Good:

    evaluate:
      metrics: [log_loss, brier_score]

Fix: `mlops-spec lint --fix` takes the later one out; check that nothing else was meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity

CODE = "MS111"
NAME = "repeated-item"
SEVERITY: Severity = "warning"


def check(document: Document) -> Iterator[Finding]:
    for address, items in document.lists():
        if address[-1] in _REPEATABLE or address[:2] == ("train", "params"):
            continue
        for index, item in enumerate(items):
            if not isinstance(item, dict | list) and item in items[:index]:
                place = (*address, index)
                yield Finding(place, f"`{item}` stands in this list already", "take it out", fix=(Change(place, None),))


# lists in which an order or an edge is meant, with rules of their own
_REPEATABLE = ("bins", "canary")
