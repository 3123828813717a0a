"""A column that gathers rows has the same value in several of them.

Groups are kept whole so that the rows of one patient, or of one query, never lie on both sides of the split. Where the
contract lets no value of that column repeat, each group is one row: either every run stops at the contract, or the
groups are not those that were meant. Of one row there is no order, either.

Bad:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: query}
      contract: {unique: [query]}
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
      contract: {unique: [id]}
    gates:
      - metric: ndcg
        min: 0.7

Fix: take the column out of `data.contract.unique`, where each column is looked at by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS165"
NAME = "lone-group"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    group = data.split.column if data.split.by == "group" and data.split.column != data.id else None
    for gathers, why in ((group, "the split keeps its rows together"), (data.series, "it names series of many rows")):
        if gathers is not None and gathers in data.contract.unique:
            place = ("data", "contract", "unique", data.contract.unique.index(gathers))
            yield Finding(place, f"each value of `{gathers}` would be one row, and {why}", "take it out")
