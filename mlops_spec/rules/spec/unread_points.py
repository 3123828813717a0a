"""A number, a date or code is not judged without its punctuation.

`exact_match_normalized` and `token_f1` read texts as SQuAD's script does: small letters, no punctuation, no articles.
That is right for names. Of amounts, dates and code the points are the answer: `1.5` is `15` there, `-3` is `3`, and
`x[a]` is `xa`, so wrong answers pass.

Bad:

    task: generation
    description: Reads the total out of an invoice.
    data:
      path: data/rows.csv
      target: total_amount
      id: id
    gates:
      - metric: exact_match_normalized
        min: 0.9

Good:

    task: generation
    description: Reads the total out of an invoice.
    data:
      path: data/rows.csv
      target: total_amount
      id: id
    gates:
      - metric: exact_match
        min: 0.9

Fix: take `exact_match`, or a measure of your own that reads both texts as what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.measures import measures
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS233"
NAME = "unread-points"
SEVERITY: Severity = "warning"

_STRIPPED = ("exact_match_normalized", "token_f1")
_POINTED = regex(
    r"(.*_)?(amount|total|price|sum|number|quantity|balance|rate|percentage|temperature|date|time|timestamp|iban|phone"
    r"|sql|query|code|json|regex|formula|expression|equation|url|email|version|coordinates)s?(_(eur|usd|iso|utc|text|value))?"
)


def check(spec: Spec) -> Iterator[Finding]:
    if TASKS[spec.task].answer.holds != "text":
        return
    target = next((name for name in spec.data.targets if _POINTED.fullmatch(name.lower())), None)
    if target is None:
        return
    for address, name in measures(spec):
        if name in _STRIPPED:
            message = f"`{name}` leaves out all points and signs: in `{target}` it takes 1.5 for 15"
            yield Finding(address, message, "take `exact_match`, or a measure of your own")
