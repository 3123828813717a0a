"""Two environments do not listen at one place.

The second server that is given an address cannot start, and one of the two versions answers for both: what is promoted
is not what was on trial.

Bad:

    environments:
      staging: {after: merge, listen: "127.0.0.1:8081"}
      production: {after: staging, listen: "127.0.0.1:8081"}

Good:

    environments:
      staging: {after: merge, listen: "127.0.0.1:8081"}
      production: {after: staging, listen: "127.0.0.1:8082"}

Fix: give each environment a port of its own. On hosts of their own, ignore the rule on its line and say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS412"
NAME = "shared-port"
SEVERITY: Severity = "warning"


_ANYWHERE = "0.0.0.0"  # noqa: S104 - compared, not listened on


def check(spec: Spec) -> Iterator[Finding]:
    places = [(name, each.listen, "listen" in each.model_fields_set) for name, each in spec.servers.items()]
    for number, (name, listen, written) in enumerate(places):
        for other, taken, other_written in places[:number]:
            if _clash(listen, taken) and (written or other_written):  # who wrote neither has a host for each
                at, there = (name, other) if written else (other, name)
                yield Finding(("environments", at, "listen"), f"`{there}` listens there too", "take another port")


def _clash(one: str, other: str) -> bool:
    (host, _, port), (other_host, _, other_port) = (
        each.replace("localhost", "127.0.0.1").partition(":") for each in (one, other)
    )
    return port == other_port and (host == other_host or _ANYWHERE in (host, other_host))
