"""A server that answers as told: the faults that a real forge shows only on its bad days."""

from __future__ import annotations

import json
import socketserver
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.platforms.github.api import GitHub

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Script:
    """The answers to give, in order, and the requests that came. An answer is (status, headers, body)."""

    answers: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    url: str = ""

    def then(self, status: int, body: Any = None, **headers: str) -> Script:
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, body))
        return self

    def github(self, **settings: Any) -> GitHub:
        return GitHub("acme/churn", "s3cret", self.url, sleep=self.waits.append, **settings)


CUT = "the connection is cut in the middle of the answer"
SILENCE = "nothing comes"


class Handler(BaseHTTPRequestHandler):
    script: Script
    released: threading.Event

    def handle_any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.script.requests.append((self.command, self.path, dict(self.headers)))
        status, headers, body = self.script.answers.pop(0)
        if body == SILENCE:
            self.released.wait(10)
            return
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body == CUT:
            data = b'[{"id": 1, "bo'
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("{url}", self.script.url))
        self.send_header("Content-Length", str(len(data) + (10 if body == CUT else 0)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def script() -> Iterator[Script]:
    script, released = Script(), threading.Event()
    handler = type("Bound", (Handler,), {"script": script, "released": released})
    socketserver.TCPServer.allow_reuse_address = True
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        script.url = f"http://127.0.0.1:{server.server_port}"
        yield script
        released.set()
        server.shutdown()
        thread.join()
