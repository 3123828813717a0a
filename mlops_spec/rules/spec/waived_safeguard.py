"""The data contract and the check for leaked rows are never waived.

A model that was judged on rows it has learned, or trained on rows that are not what they were said to be, has no
measure at all. There is nothing to answer for.

Bad:

    governance:
      waivers:
        - gate: leak
          reason: The split is being repaired, see issue 91.
          owner: "@acme/risk"
          expires: 2026-12-31

Good:

    governance:
      waivers: []

Fix: repair the data or the split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates import SAFEGUARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS710"
NAME = "waived-safeguard"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for index, waiver in enumerate(spec.governance.waivers):
        if waiver.gate in SAFEGUARDS:
            yield Finding(
                ("governance", "waivers", index, "gate"), f"`{waiver.gate}` can't be waived", "repair the data"
            )
