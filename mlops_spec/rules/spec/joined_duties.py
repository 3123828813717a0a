"""At high risk nobody approves their own change.

Who made a change believes in it. The second pair of eyes is the control that finds most.

Bad:

    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
      separation_of_duties: false

Good:

    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
      separation_of_duties: true

Fix: `mlops-spec lint --fix` writes `true`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS707"
NAME = "joined-duties"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.governance.risk == "high" and not spec.governance.separation_of_duties:
        place = ("governance", "separation_of_duties")
        message = "at high risk one person may change a model and approve it"
        yield Finding(place, message, "write `true`", fix=(Change(place, "true"),))
