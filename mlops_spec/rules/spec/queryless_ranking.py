"""The rows of a ranking lie in queries, and the split keeps each query whole.

A ranking is right or wrong about the order of rows that were asked for together: the offers of one search, the films of
one viewer. Which those are, the column says that the split groups by. Split in another way, half of a query's rows are
learned from and the other half judged, and there is nothing to resample.

Bad:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
    gates:
      - metric: ndcg
        min: 0.7

Good:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: query}
    gates:
      - metric: ndcg
        min: 0.7

Fix: split by `group`, with the column that names each row's query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS161"
NAME = "queryless-ranking"
SEVERITY: Severity = "error"


_KEY = r"(_?(id|ids|key|hash|no|number|name|text))?"
_ASKED = regex(rf"(user_|search_)?(query|search|session|request|question|prompt|impression|q){_KEY}")
_ANSWERS = regex(
    rf"(product|item|document|doc|passage|offer|film|movie|song|article|page|url|sku|listing|candidate|ad|answer){_KEY}"
)


def check(spec: Spec) -> Iterator[Finding]:
    if not TASKS[spec.task].by_query:
        return
    split = spec.data.split
    if split.by != "group":
        place = ("data", "split", "by") if "by" in split.model_fields_set else ("data", "target")
        message = f"nothing says which rows of this {spec.task} are of one query"
        yield Finding(place, message, "`split: {by: group, column: …}` with the column of queries")
    elif _ANSWERS.fullmatch((split.column or "").lower()):
        query = next((each for each in spec.data.contract.columns if _ASKED.fullmatch(each.lower())), "")
        if query:
            message = f"each query is then one `{split.column}`, and what is ranked are those who asked for it"
            yield Finding(("data", "split", "column"), message, f"write `{query}`")
