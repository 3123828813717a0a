"""A measure of the first rows of a ranking says how many those are.

`ndcg_at_k` and `recall_at_k` look at the first k rows of each query: as many as somebody sees. A share of all rows,
which is what `evaluate.k` is where nobody says it, is no number of rows of a query.

Bad:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: query}
    gates:
      - metric: ndcg_at_k
        min: 0.7

Good:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: query}
    evaluate:
      k: 10
    gates:
      - metric: ndcg_at_k
        min: 0.7

Fix: say `evaluate.k`, a whole number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import measures
from mlops_spec.spec.tasks.ranking import AT_K

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS162"
NAME = "countless-rows"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if isinstance(spec.evaluate.k, int):
        return
    if "k" in spec.evaluate.model_fields_set and any(name in AT_K for _, name in measures(spec)):
        yield Finding(("evaluate", "k"), f"{spec.evaluate.k:g} is no number of rows of a query", "a whole number")
        return
    for address, name in measures(spec):
        if name in AT_K:
            yield Finding(
                address,
                f"`{name}` looks at the first rows of a query, and nothing says how many",
                "`evaluate: {k: 10}`",
            )
