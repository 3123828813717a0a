"""A delivery that is mostly refused is a bad one.

Rows outside the contract are set aside so that a few do not stop a night. Where a tenth may be, a source that broke
looks like a bad night, and nobody is told.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        max_refused: 0.5

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        max_refused: 0.01

Fix: allow what an ordinary night has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS424"
NAME = "lenient-delivery"
SEVERITY: Severity = "warning"


_MOST = 0.1


def check(spec: Spec) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        if batch.max_refused > _MOST:
            message = f"{batch.max_refused:.0%} of a delivery may be wrong, and it counts as a good one"
            yield Finding(("environments", name, "max_refused"), message, f"at most `{_MOST}`, better `0.01`")
