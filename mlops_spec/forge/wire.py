"""One HTTP exchange with JSON in and out, and nothing that leaks the token."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 32 * 2**20  # bytes


class Broken(Exception):
    """No whole answer came: the network, the time limit, or JSON that stops in the middle."""


@dataclass(frozen=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's JSON, `None` when it is empty; raises `Broken`."""
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except ValueError as error:
            if self.status >= 300:
                return None  # a proxy's error page; the status says enough
            raise Broken(f"the answer is not whole JSON ({error})") from None

    def seconds_ahead(self) -> float:
        """How far this machine's clock is ahead of the server's (negative: behind); 0 where the answer doesn't say."""
        try:
            said = parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError):
            return 0.0
        return 0.0 if "age" in self.headers else time.time() - said  # a cache's answer is as old as it says

    def seconds_to_wait(self) -> float | None:
        """What `Retry-After`, or an exhausted rate limit's reset time, asks for."""
        if self.headers.get("retry-after", "").isdigit():
            return float(self.headers["retry-after"])
        if self.headers.get("x-ratelimit-remaining") == "0" and self.headers.get("x-ratelimit-reset", "").isdigit():
            return max(0.0, float(self.headers["x-ratelimit-reset"]) - time.time())
        return None


class _StayOnServer(HTTPRedirectHandler):
    """Follows a renamed repository, but never carries the token to another server."""

    def redirect_request(self, req: Request, *args: Any) -> Request | None:
        if urlsplit(args[-1])[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, *args)


def send(
    method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None, *, timeout: float
) -> Answer:
    """One request; any status is an `Answer`, no answer is `Broken`."""
    data = None if body is None else json.dumps(body).encode()
    typed = {**headers, "Content-Type": "application/json"} if data else dict(headers)
    request = Request(url, data=data, headers=typed, method=method)  # noqa: S310 - the caller admits http(s) only
    try:
        with _opener(urlsplit(url).scheme == "http").open(request, timeout=timeout) as response:
            return Answer(response.status, _lower(response.headers.items()), response.read(_LARGEST))
    except HTTPError as error:
        with error:
            return Answer(error.code, _lower(error.headers.items()), error.read(_LARGEST))
    except URLError as error:
        raise Broken(str(error.reason)) from None
    except (OSError, HTTPException) as error:
        raise Broken(str(error) or type(error).__name__) from None


@cache
def _opener(on_this_machine: bool) -> OpenerDirector:
    return build_opener(_StayOnServer, *([ProxyHandler({})] if on_this_machine else []))


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
