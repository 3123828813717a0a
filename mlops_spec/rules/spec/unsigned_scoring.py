"""What scores on GitHub's machines may read deliveries and write scores.

The roles of `read` and `write` are not for that: pull requests assume the one, and whoever has it could write scores;
the other is the training's alone. A job on GitHub's machine that signs in as nobody finds no credentials.

Bad:

    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws:
          read: arn:aws:iam::123456789012:role/models-read
          write: arn:aws:iam::123456789012:role/models-write
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
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

Fix: name who scores in `storage.sign_in.aws.score`, or the secrets in `storage.sign_in.secrets.score`; `doctor --cloud`
writes down what to allow. With a storage of Google's or Azure's leave `runner` out, and let an agent score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.outputs.storage import ways
from mlops_spec.platforms.github.runners import is_githubs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS429"
NAME = "unsigned-scoring"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    role = spec.storage.sign_in.aws if spec.storage and spec.storage.sign_in else None
    if role is not None and role.score is not None and role.score == role.write:
        message = "who scores may replace models: this is the role that writes them"
        yield Finding(("storage", "sign_in", "aws", "score"), message, "name one of its own, which writes scores alone")
    for name, batch in spec.batches.items():
        folder = not (batch.input.startswith("s3://") and batch.output.startswith("s3://"))  # MS428 tells of those
        if batch.runner and is_githubs(batch.runner) and not folder and ways(spec).score is None:
            message = f"nobody signs in on {batch.runner}: it may neither read a delivery nor write scores"
            yield Finding(("environments", name, "runner"), message, "name a role of its own: `sign_in.aws.score`")
