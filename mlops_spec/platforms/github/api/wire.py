"""One HTTP exchange with JSON in and out, and nothing that leaks the token."""

from __future__ import annotations

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.request import Request

from mlops_spec.system import http

if TYPE_CHECKING:
    from collections.abc import Mapping

Broken = http.Broken


class Answer(http.Answer):
    """What came back, and when to ask again."""

    def seconds_ahead(self) -> float:
        """How far this machine's clock is ahead of the server's (negative: behind); 0 where the answer doesn't say."""
        try:
            said = parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError, TypeError, OverflowError, OSError):
            return 0.0
        return 0.0 if "age" in self.headers else time.time() - said  # a cache's answer is as old as it says

    def seconds_to_wait(self) -> float | None:
        """What `Retry-After`, or an exhausted rate limit's reset time, asks for."""
        if (asked := self._number("retry-after")) is not None:
            return asked
        reset = self._number("x-ratelimit-reset")
        return (
            max(0.0, reset - time.time()) if reset is not None and self._number("x-ratelimit-remaining") == 0 else None
        )

    def _number(self, name: str) -> float | None:
        said = self.headers.get(name, "")
        return float(said) if re.fullmatch("[0-9]{1,12}", said) else None


def send(  # noqa: PLR0913 - a request's parts, and its two limits
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None,
    *,
    timeout: float,
    deadline: float,
) -> Answer:
    """One request; any status is an `Answer`, no answer is `Broken`.

    A read may take `timeout` seconds, and all of it `deadline`.
    """
    data = None if body is None else json.dumps(body).encode()
    typed = {**headers, "Content-Type": "application/json"} if data else dict(headers)
    request = Request(url, data=data, headers=typed, method=method)  # noqa: S310 - the caller admits http(s) only
    got = http.exchange(request, timeout=timeout, deadline=deadline)
    return Answer(got.status, got.headers, got.body)
