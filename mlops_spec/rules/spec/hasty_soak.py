"""A version is on trial for as long as something can show.

A soak of seconds is over before the first request; one of a year means that nothing is ever promoted, or that somebody
takes the condition out.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {soak: 1ms}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {soak: 1d}

Fix: take hours or days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS417"
NAME = "hasty-soak"
SEVERITY: Severity = "warning"


_LEAST, _MOST = 60, 90 * 86400


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.environments.items():
        soak = environment.promote.soak
        if soak is not None and not _LEAST <= seconds(soak) <= _MOST:
            what = "nothing shows in" if seconds(soak) < _LEAST else "nobody waits for"
            yield Finding(("environments", name, "promote", "soak"), f"{what} {soak}", "take hours or days")
