"""What is intended is not out of scope.

A use that is both intended and out of scope tells whoever reads the card nothing, and an auditor that nobody read it.

Bad:

    governance:
      intended_use: Rank requests for a person who decides.
      out_of_scope: [Rank requests for a person who decides]

Good:

    governance:
      intended_use: Rank requests for a person who decides.
      out_of_scope: [Decide about requests without a person]

Fix: say in `out_of_scope` what the model must not be used for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS713"
NAME = "contrary-use"
SEVERITY: Severity = "warning"


_SAME = 0.7


def check(spec: Spec) -> Iterator[Finding]:
    intended = _words(spec.governance.intended_use or "")
    for index, other in enumerate(spec.governance.out_of_scope):
        words = _words(other)
        both = len(words & intended)
        if words and (both >= _SAME * len(words | intended) or (words <= intended and len(words) >= 3)):
            place = ("governance", "out_of_scope", index)
            yield Finding(place, "this is the intended use", "say what the model must not be used for")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))
