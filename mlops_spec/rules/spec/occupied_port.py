"""A server listens where nothing else does.

A port below 1024 is the administrator's, and the server runs as nobody in particular; 5432, 6379 and their like are
where a database listens. The server does not start, or the database doesn't.

Bad:

    environments:
      staging: {after: merge, listen: "127.0.0.1:80"}

Good:

    environments:
      staging: {after: merge, listen: "127.0.0.1:8080"}

Fix: take one from 8000 on, and let the proxy listen at 443.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS418"
NAME = "occupied-port"
SEVERITY: Severity = "warning"


_LEAST = 1024
_OF_OTHERS = {
    3306: "MySQL",
    5432: "PostgreSQL",
    6379: "Redis",
    9092: "Kafka",
    27017: "MongoDB",
    1433: "SQL Server",
    11211: "memcached",
    5672: "RabbitMQ",
    2379: "etcd",
    2375: "Docker",
    2376: "Docker",
}


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        port = int(environment.listen.rpartition(":")[2])
        place = ("environments", name, "listen")
        if port < _LEAST:
            yield Finding(place, f"port {port} is the administrator's", "take one from 8000 on")
        elif port in _OF_OTHERS:
            yield Finding(place, f"port {port} is where {_OF_OTHERS[port]} listens", "take one from 8000 on")
