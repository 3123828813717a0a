"""What a model has answered does not come back as what it learns from.

The files below the `output` of an environment are the model's own answers. A table for training that lies there holds
what the model says of the world, and not what came true: with each training it believes itself more.

Bad:

    data:
      path: {import: "s3://acme-data/scores/history.parquet", version: "3HL4kqtJlcpXroDTDmJ"}
      target: label
      id: id
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
        schedule: "20 3 * * *"

Good:

    data:
      path: {import: "s3://acme-data/outcomes/history.parquet", version: "3HL4kqtJlcpXroDTDmJ"}
      target: label
      id: id
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
        schedule: "20 3 * * *"

Fix: name where those write who know what came true, and let the scores lie in a folder of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.data import Import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS432"
NAME = "fed-back-scores"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if not isinstance(spec.data.path, Import):
        return
    for name, batch in spec.batches.items():
        written = _folder(batch.output)
        if written and f"{spec.data.path.import_.rstrip('/')}/".startswith(written):
            message = f"`{name}` writes its scores below `{written}`"
            yield Finding(("data", "path", "import"), message, "name a folder that this model does not write")


def _folder(output: str) -> str:
    """The folder below which the scores of all days lie; empty where that is a whole bucket or disk."""
    fixed = output.partition("{date}")[0]
    folder = fixed[: fixed.rfind("/") + 1] if "{date}" in output else f"{fixed.rstrip('/')}/"
    scheme, _, rest = folder.rpartition("://")
    return folder if len([each for each in rest.split("/") if each]) > bool(scheme) else ""
