"""Scores do not lie where deliveries come in.

What is written below the folder of `input` is read there the next time, as if somebody had delivered it.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/customers/{date}/
        schedule: "20 3 * * *"

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"

Fix: write to a folder beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS420"
NAME = "swallowed-scores"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    inputs = {each.input.rpartition("/")[0] + "/" for each in spec.batches.values()}
    for name, batch in spec.batches.items():
        output = batch.output.rstrip("/") + "/"
        if any(output.startswith(folder) or folder.startswith(output) for folder in inputs):
            message = "scores would lie among the deliveries"
            yield Finding(("environments", name, "output"), message, "write to a folder beside them")
