"""The server listens where only its proxy reaches it.

It speaks plain HTTP and asks nobody who they are. On every address of the host, whoever reaches the host reads and asks
the model.

Bad:

    environments:
      staging: {after: merge, listen: "0.0.0.0:8080"}

Good:

    environments:
      staging: {after: merge, listen: "127.0.0.1:8080"}

Fix: listen on a private address and put a proxy with TLS and log-in before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS407"
NAME = "open-listener"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        if environment.listen.startswith("0.0.0.0:"):
            message = "the server listens on every address of its host, without TLS and log-in"
            yield Finding(("environments", name, "listen"), message, "listen on `127.0.0.1`, behind a proxy")
