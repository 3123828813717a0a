"""A model that decides about people is watched.

Inputs change after the gates have passed. At limited and high risk a live model without a monitor is one whose errors
are found by those whom they hit.

Bad:

    environments:
      staging: {after: merge}
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Good:

    environments:
      staging: {after: merge}
    monitor:
      schedule: "17 6 * * *"
    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Fix: add the section `monitor`; its defaults check drift and the data contract once a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS604"
NAME = "unwatched-model"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.environments and spec.monitor is None and spec.governance.risk != "minimal":
        message = f"nobody watches a live model of {spec.governance.risk} risk"
        yield Finding(("environments",), message, "add `monitor`")
