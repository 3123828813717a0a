"""Clients count an answer by its version, and whatever is no answer as failed."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.rehearse.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = {"inputs": [{"name": "age", "datatype": "FP64", "shape": [1], "data": [1.0]}]}


class Server(ThreadingHTTPServer):
    """Answers every request the same."""

    status = 200
    data: tuple[float, ...] = (0.5,)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = json.dumps({"model_version": "v1.0.0", "outputs": [{"data": self.server.data}]}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.02,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def asked(port: int, number: int = 5) -> Clients:
    with Clients(f"127.0.0.1:{port}", "churn", lambda _: REQUEST) as clients:
        deadline = time.monotonic() + 30
        while clients.total < number:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    return clients


def test_answers_are_counted_by_version(server: Server) -> None:
    clients = asked(server.server_port)

    assert clients.answered["v1.0.0"] == clients.total >= 5
    assert clients.told() == f"{clients.total} requests, 0 failed ({clients.total} by v1.0.0)"


@pytest.mark.parametrize(
    ("status", "data"),
    [(503, (0.5,)), (200, ()), (200, (0.5, 0.5)), (200, (float("nan"),)), (200, (float("inf"),))],
    ids=["refused", "empty", "too many", "NaN", "infinite"],
)
def test_what_is_no_answer_has_failed(server: Server, status: int, data: tuple[float, ...]) -> None:
    server.status, server.data = status, data
    clients = asked(server.server_port)

    assert not clients.answered
    assert len(clients.failed) == clients.total


def test_a_server_that_is_away_has_failed(server: Server) -> None:
    clients = asked(1)

    assert not clients.answered
    assert "refused" in clients.failed[0]
