"""Imported data is pinned to a version.

What lies at an address today may be something else tomorrow. A model whose data can't be found again can't be
repeated, compared or defended. Where `storage` says where DVC keeps a copy, that one is found again by its digest.

Bad:

    data:
      path: {import: "s3://acme/rows.csv"}
      target: label
      id: id

Good:

    data:
      path: {import: "s3://acme/rows.csv", version: 3HL4kqtJlcpXroDTDmJ}
      target: label
      id: id

Fix: turn on versions in the bucket and name one, or say in `storage` where DVC keeps what it imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.data import Import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS106"
NAME = "mutable-data"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    path = spec.data.path
    if isinstance(path, Import) and path.version is None and spec.storage is None:
        message = "what lies at this address may change without a trace"
        yield Finding(("data", "path", "import"), message, "name its `version`")
