"""Labels of a live ranking find the query of each row.

`monitor.performance` joins late labels to the rows that a model was asked, and measures the order within each query. A
log holds what the model was given: a query that is no input is not in it, and no measure can be taken.

Bad:

    task: ranking
    data:
      path: data/rows.csv
      target: relevance
      id: id
      split: {by: group, column: query}
    train:
      run: python -m offers.train
      predictor: offers.predict:load
      features: {exclude: [query]}
    gates:
      - metric: ndcg
        min: 0.7
    monitor:
      performance: {labels: data/labels.csv, metric: ndcg, min: 0.6}

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
    monitor:
      performance: {labels: data/labels.csv, metric: ndcg, min: 0.6}

Fix: let the query be an input, which the model need not use; or leave `monitor.performance` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import is_feature
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS163"
NAME = "nameless-queries"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    query = spec.data.split.column
    watched = spec.monitor is not None and spec.monitor.performance is not None
    if watched and TASKS[spec.task].by_query and query is not None and not is_feature(spec, query):
        message = f"the model is not given `{query}`, so its log does not say which rows were asked for together"
        yield Finding(("monitor", "performance"), message, "let the query be an input", at_key=True)
