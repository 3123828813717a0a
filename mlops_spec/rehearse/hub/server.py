"""The HTTP server of the local forge: authentication, JSON, pages, and errors in GitHub's form."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from mlops_spec.rehearse import door
from mlops_spec.rehearse.hub import deployments, git_http, identity
from mlops_spec.rehearse.hub.request import Json, Refused, Request
from mlops_spec.rehearse.hub.routes import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlops_spec.rehearse.hub.state import Hub
    from mlops_spec.rehearse.hub.tokens import Credential

_DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; `template` is the route's path, empty when there is none."""

    method: str
    template: str
    path: str
    query: dict[str, str]
    body: Json
    status: int
    answer: Any


@contextmanager
def serving(hub: Hub, observe: Callable[[Exchange], None] = lambda _: None) -> Iterator[str]:
    """Serves the hub on a free port of loopback; gives its address, and stops at the end."""
    handler = type("BoundHandler", (_Handler,), {"hub": hub, "observe": staticmethod(observe)})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # promoters race


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    observe: Callable[[Exchange], None]
    protocol_version = "HTTP/1.1"
    # an answer is sent in one piece, at once: a client waits for the end of what came in two
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PATCH(self) -> None:
        self._answer("PATCH")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Exchanges are observed, not printed."""

    @property
    def _api(self) -> str:
        return f"http://{self.headers.get('Host')}"

    def _answer(self, method: str) -> None:
        url, raw = urlsplit(self.path), self._body()
        if git_http.is_git(url.path):
            given = git_http.answer(self.hub, git_http.Call(method, url.path, url.query, self.headers, raw))
            self._write(given.status, given.headers, given.body)
            return
        query = dict(parse_qsl(url.query))
        found = find(method, url.path)
        body: Json = {}
        try:
            body = _object(raw)
            own = self._answer_beside_api(method, url.path, query)
            status, answer = own or self._call(found, query, body)
        except Refused as refused:
            status, answer = refused.status, _error(refused)
        headers: dict[str, str] = {}
        if isinstance(answer, list):
            answer, headers = self._page(answer, url.path, query)
        template = found[0].template if found else ""
        self.observe(Exchange(method, template, url.path, query, body, status, answer))
        said = b"" if status == 204 else json.dumps(answer).encode()
        self._write(status, {"Content-Type": "application/json; charset=utf-8", **headers}, said)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer_beside_api(self, method: str, path: str, query: dict[str, str]) -> tuple[int, Any] | None:
        with self.hub.lock:
            if path.startswith(f"{identity.PREFIX}/"):
                return identity.answer(self.hub, path.removeprefix(identity.PREFIX), query, self._token()[1], self._api)
            if (method, path) == ("POST", door.PATH):
                return deployments.answer(self.hub, self._credential())
        return None

    def _call(self, found: Any, query: dict[str, str], body: Json) -> tuple[int, Any]:
        credential = self._credential()
        if found is None:
            raise Refused(404, "Not Found")
        route, parts = found
        if "repo" in parts and f"{parts['owner']}/{parts['repo']}".lower() != self.hub.repository.lower():
            raise Refused(404, "Not Found")
        if not any(credential.may(needed) for needed in route.needs):
            raise Refused(403, "Resource not accessible by integration")
        if route.writes and credential.person.role not in ("admin", "write"):
            raise Refused(403, "Resource not accessible by personal access token")
        with self.hub.lock:
            status, answer = route.call(Request(self.hub, credential, parts, query, body, self._api))
        return status, answer

    def _credential(self) -> Credential:
        scheme, token = self._token()
        found = self.hub.by_token(token) if scheme in ("bearer", "token") and token else None
        if found is None:
            raise Refused(401, "Bad credentials" if token else "Requires authentication")
        return found

    def _token(self) -> tuple[str, str]:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return scheme.lower(), token

    def _page(self, items: list[Json], path: str, query: dict[str, str]) -> tuple[list[Json], dict[str, str]]:
        size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        start, last = (page - 1) * size, max(1, -(-len(items) // size))
        links = {"next": page + 1, "last": last} if page < last else {}
        urls = (f'<{self._api}{path}?{urlencode({**query, "page": at})}>; rel="{name}"' for name, at in links.items())
        return items[start : start + size], {"Link": ", ".join(urls)} if links else {}

    def _write(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _object(raw: bytes) -> Json:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "Body should be a JSON object")
    return body


def _error(refused: Refused) -> Json:
    errors = {"errors": refused.errors} if refused.errors else {}
    return {"message": refused.message, **errors, "documentation_url": _DOCUMENTATION, "status": str(refused.status)}
