"""Two environments do not write the same scores.

Each takes the other's manifest for its own: which version scored a day depends on who came last.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
      weekly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 4 * * 1"

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
      weekly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/weekly/{date}/
        schedule: "20 4 * * 1"

Fix: give each environment a folder of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS423"
NAME = "contested-scores"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name, batch in spec.batches.items():
        other = first.setdefault(batch.output.rstrip("/"), name)
        if other != name:
            yield Finding(("environments", name, "output"), f"`{other}` writes there too", "name a folder of its own")
