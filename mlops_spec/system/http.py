"""One HTTP exchange within a deadline: any status is an answer, and what comes to no whole one is `Broken`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from mlops_spec.system.deadline import within

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 32 * 2**20  # bytes
_JSON = "json"


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
        except (ValueError, RecursionError) as error:
            if self.status >= 300:
                return None  # a proxy's error page; the status says enough
            if _JSON not in self.headers.get("content-type", _JSON).lower():
                raise Broken(f"the answer is {self.headers['content-type']}, not JSON") from None
            raise Broken(f"the answer is not whole JSON ({error})") from None


class _StayOnServer(HTTPRedirectHandler):
    """Follows a path that was moved, but never carries the token to another server."""

    def redirect_request(self, req: Request, *args: Any) -> Request | None:
        if urlsplit(args[-1])[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, *args)


def exchange(request: Request, *, timeout: float, deadline: float) -> Answer:
    """One request to an address of http or https; raises `Broken` when no whole answer comes.

    A read may take `timeout` seconds, and all of it `deadline`.
    """
    try:
        return within(deadline, lambda: _exchanged(request, timeout))
    except URLError as error:
        raise Broken(str(error.reason)) from None
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a status line or an address that is none
        raise Broken(str(error) or type(error).__name__) from None


def _exchanged(request: Request, timeout: float) -> Answer:
    try:
        with _opener(request.type == "http").open(request, timeout=timeout) as response:
            return Answer(response.status, _lower(response.headers.items()), _body(response))
    except HTTPError as error:
        with error:
            return Answer(error.code, _lower(error.headers.items()), _body(error))


def _body(response: Any) -> bytes:
    content: bytes = response.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise Broken(f"the answer has more than {_LARGEST >> 20} MiB")
    return content


@cache
def _opener(directly: bool) -> OpenerDirector:
    return build_opener(_StayOnServer, *([ProxyHandler({})] if directly else []))


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
