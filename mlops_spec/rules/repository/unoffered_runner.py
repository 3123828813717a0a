"""In a repository of several models, agents score.

The workflows of such a repository are one set for all models, and none of them scores: `runner` would be passed over,
and no day scored.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
        schedule: "20 3 * * *"
        runner: scorer
    # in models/churn/

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
        schedule: "20 3 * * *"
    # in models/churn/

Fix: remove `runner`, and let `mlops-spec agent --environment NAME` score on a host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS837"
NAME = "unoffered-runner"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        if repository.inside and batch.runner:
            message = "no workflow of a repository of several models scores"
            yield Finding(("environments", name, "runner"), message, "remove it, and let an agent score")
