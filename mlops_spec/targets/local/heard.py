"""The status of an environment's server, asked over HTTP."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote

from mlops_spec.system.deadline import within
from mlops_spec.targets.live import Heard

_SECONDS = 3.0


def heard_at(listen: str, model: str) -> Heard:
    """What the server at `listen` says of a model, or why it can't be seen."""
    host, _, port = listen.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=_SECONDS)

    def version() -> bytes:
        connection.request("GET", f"/version?model={quote(model)}")
        return connection.getresponse().read(65_536)

    try:
        said = json.loads(within(_SECONDS, version))
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as error:
        return Heard(unseen=f"nothing answers at {listen}: {error}")
    finally:
        connection.close()
    return _heard(said) if isinstance(said, dict) else Heard(unseen=f"what answers at {listen} is no server of ours")


def _heard(said: dict[str, Any]) -> Heard:
    seen = said.get("agent_seen")
    return Heard(_text(said, "version"), _text(said, "digest"), seen if isinstance(seen, int | float) else None)


def _text(said: dict[str, Any], key: str) -> str | None:
    return None if said.get(key) is None else str(said[key])
