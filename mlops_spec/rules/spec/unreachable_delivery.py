"""A runner of GitHub's reaches what it scores.

Its disk is empty when a job begins and gone when it ends: no delivery lies in a folder there, and nobody finds the
scores. A runner of your own may have such a folder, and so may the host of an agent.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        runner: ubuntu-24.04

Good:

    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws:
          read: arn:aws:iam::123456789012:role/models-read
          write: arn:aws:iam::123456789012:role/models-write
          score: arn:aws:iam::123456789012:role/models-score
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
        schedule: "20 3 * * *"
        runner: ubuntu-24.04

Fix: let deliveries come to a bucket; or leave `runner` out, and let an agent on the host with the folder score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_githubs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS428"
NAME = "unreachable-delivery"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        for key, address in (("input", batch.input), ("output", batch.output)):
            if batch.runner and is_githubs(batch.runner) and not address.startswith("s3://"):
                message = f"{batch.runner} has no such folder: its disk is new for each job"
                yield Finding(("environments", name, key), message, "name a bucket, or leave `runner` to an agent")
