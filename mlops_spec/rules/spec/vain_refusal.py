"""Rows are set aside by a contract that refuses.

`max_refused` bounds what `data.contract` keeps out. With `serve.contract: off` a package has no contract, no
row is kept out, and the bound says nothing.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        max_refused: 0.01
    serve: {contract: "off"}

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        max_refused: 0.01
    serve: {contract: reject}

Fix: let the contract refuse, or leave the bound out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS425"
NAME = "vain-refusal"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        if batch.max_refused > 0 and spec.serve.contract == "off":
            message = "`serve.contract: off` sets no row aside"
            yield Finding(
                ("environments", name, "max_refused"), message, "`serve: {contract: reject}`, or leave it out"
            )
