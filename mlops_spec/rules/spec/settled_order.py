"""Some rows of a query are not relevant.

Reciprocal rank, average precision and recall count a row whose relevance is above 0 as a hit. Where the contract lets
in none of 0, whatever stands first is one: these measures are 1 of any order, and their gates pass every model.

Bad:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: query}
      contract: {columns: {relevance: {type: integer, min: 1, max: 5}}}
    gates:
      - metric: mean_reciprocal_rank
        min: 0.7

Good:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: query}
      contract: {columns: {relevance: {type: integer, min: 0, max: 4}}}
    gates:
      - metric: mean_reciprocal_rank
        min: 0.7

Fix: let relevance begin at 0, or judge by `ndcg`, which looks at how relevant each row is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import measures
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS169"
NAME = "settled-order"
SEVERITY: Severity = "error"

_HITS = ("mean_reciprocal_rank", "mean_average_precision", "recall_at_k")


def check(spec: Spec) -> Iterator[Finding]:
    target = spec.data.contract.columns.get("".join(spec.data.targets[:1]))
    if not TASKS[spec.task].by_query or target is None or target.min is None or target.min <= 0:
        return
    for address, name in measures(spec):
        if name in _HITS:
            message = f"every row is relevant, from {target.min:g} up, so `{name}` is 1 of any order"
            if name == "recall_at_k":
                message = f"every row is relevant, from {target.min:g} up, so `{name}` is the same of any order"
            yield Finding(address, message, "let relevance begin at 0, or judge by `ndcg`")
