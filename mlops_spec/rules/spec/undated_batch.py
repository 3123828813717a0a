"""A batch has its day in its addresses.

Without `{date}` in `input` the same files are scored every day, and without it in `output` each day takes the place of
the last: a day that was missed can't be caught up, and no drift be seen.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/
        schedule: "20 3 * * *"

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"

Fix: put `{date}` where the day stands in the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS419"
NAME = "undated-batch"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        for key, address in (("input", batch.input), ("output", batch.output)):
            if "{date}" not in address:
                message = "every day has the same address"
                yield Finding(("environments", name, key), message, "put `{date}` where the day stands")
