"""One connection to GitHub's REST API: requests, pages and bounded retries; every trouble becomes a `Failure`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api.trouble import WrongClockError, refused, unusable
from mlops_spec.platforms.github.api.wire import Answer, Broken, send
from mlops_spec.regex import regex
from mlops_spec.words.visible import visible_page

API_URL = "https://api.github.com"
API_VERSION = "2022-11-28"
_PASSING = {429, 500, 502, 503, 504}
_LONGEST_WAIT = 30.0  # seconds; a server that asks for more is reported instead of waited for
_MOST_PAGES = 100
_CLOCK = 300.0  # seconds that clocks may differ by, as in the ledger
_PROSE = {"title", "body"}  # what people read
_NEXT = regex(r'<([^<>]+)>; rel="next"')
_REPOSITORY = regex(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")

Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
Query = Mapping[str, str | int]


@dataclass(frozen=True)
class GitHub:
    """Where the repository `owner/name` is and what opens it. Calls that change nothing twice are tried again."""

    repository: str
    token: str = field(repr=False)
    api_url: str = API_URL
    timeout: float = 20.0  # seconds for one read
    deadline: float = 60.0  # seconds for one call, all its tries together; pauses that the server asks for aside
    tries: int = 4
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    team_token: str = field(default="", repr=False)  # opens teams, which the token of a workflow run can't

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository):
            raise Failure(f"`{self.repository}` is not a repository: expected `owner/name`", exit_code=Exit.CONFIG)
        if not _may_carry_token(self.api_url):
            message = f"refusing to send a token to {self.api_url}: only https, or http on this machine"
            raise Failure(message, exit_code=Exit.CONFIG, remedy="set GITHUB_API_URL to an https address")

    @property
    def owner(self) -> str:
        return self.repository.partition("/")[0]

    def get(self, path: str, query: Query | None = None, *, needs: str) -> Any:
        """The JSON at `path`; `needs` is the permission to name when it is refused, such as `pull-requests: read`."""
        return self._call("GET", self._url(path, query), needs=needs, repeatable=True).json()

    def pages(self, path: str, query: Query | None = None, *, needs: str) -> Iterator[Any]:
        """The items of a list, over all of its pages."""
        url = self._url(path, {"per_page": 100, **(query or {})})
        for _ in range(_MOST_PAGES):
            answer = self._call("GET", url, needs=needs, repeatable=True)
            items = answer.json()
            if not isinstance(items, list):
                raise unusable(f"GET {path}", "a list was expected")
            yield from items
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                return
            url = self._same_server(following[1])
        raise unusable(f"GET {path}", f"more than {_MOST_PAGES} pages")

    def send(self, method: Method, path: str, body: Mapping[str, Any], *, needs: str, repeatable: bool = False) -> Any:
        """Sends JSON and gives the answer's. `repeatable` says that a second time changes nothing more."""
        shown = {key: visible_page(value) if key in _PROSE else value for key, value in body.items()}
        return self._call(method, self._url(path, None), shown, needs=needs, repeatable=repeatable).json()

    def _url(self, path: str, query: Query | None) -> str:
        return self.api_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")

    def _same_server(self, url: str) -> str:
        if urlsplit(url)[:2] != urlsplit(self.api_url)[:2]:
            raise unusable(f"GET {url}", f"the next page is not on {self.api_url}")
        return url

    def _call(
        self, method: Method, url: str, body: Mapping[str, Any] | None = None, *, needs: str, repeatable: bool
    ) -> Answer:
        call = f"{method} {url}"
        tries = self.tries if repeatable else 1
        left = self.deadline
        for attempt in range(1, tries + 1):
            began = time.monotonic()
            try:
                answer = send(method, url, self._headers(), body, timeout=self.timeout, deadline=left)
                answer.json()
            except Broken as broken:
                left -= time.monotonic() - began
                if attempt == tries or left <= 0:
                    raise unusable(call, f"{broken} ({_times(attempt if repeatable else 1)})") from None
                self.sleep(_pause(attempt))
                continue
            if method == "GET":  # what was sent has been done by now
                _same_time(answer, self.api_url)
            if answer.status < 300:
                return answer
            left -= time.monotonic() - began
            asked = answer.seconds_to_wait()
            if answer.status not in _PASSING | {403} or attempt == tries or not _worth_waiting(answer, asked):
                raise refused(call, answer, needs)
            self.sleep(asked if asked is not None else _pause(attempt))
        raise AssertionError("the last try returns or raises")

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "mlops-spec",
            "X-GitHub-Api-Version": API_VERSION,
        }


def repository_path(github: GitHub, rest: str) -> str:
    """`/repos/{owner}/{repo}/…`"""
    return f"/repos/{github.repository}/{rest}"


def _may_carry_token(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"})


def _worth_waiting(answer: Answer, asked: float | None) -> bool:
    """A 403 is final unless the server says when to come back (its secondary rate limit)."""
    if asked is None:
        return answer.status != 403
    return asked <= _LONGEST_WAIT


def _same_time(answer: Answer, server: str) -> None:
    """A clock that is off would put wrong times on record, and let soak and cooldown end early."""
    ahead = answer.seconds_ahead()
    if abs(ahead) > _CLOCK:
        where = "ahead of" if ahead > 0 else "behind"
        raise WrongClockError(
            f"this machine's clock is {abs(ahead) / 60:.0f} minutes {where} that of {server}",
            exit_code=Exit.CONFIG,
            remedy="set it: `timedatectl set-ntp true`",
        )


def _pause(attempt: int) -> float:
    """Seconds: exponential with full jitter, so that many runs don't come back together."""
    return random.uniform(0.1, min(8.0, 0.5 * 2**attempt))  # noqa: S311 - spreads load, guards nothing


def _times(tries: int) -> str:
    return "once, since it must not happen twice" if tries == 1 else f"{tries} tries"
