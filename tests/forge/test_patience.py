"""A forge that has all the time, or too much to say: each call ends, with 69 or 78, and never as a bug."""

from __future__ import annotations

import gc
import socket
import threading
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import GitHub
from mlops_spec.system.deadline import within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def left_to_the_collector() -> Iterator[None]:
    """A call that nobody waits for any more leaves its socket to whoever collects the thread."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that lets `answer` write what it likes, as often as somebody connects."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                answer(connection)
            except OSError:
                pass  # the client has had enough

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def slowly(text: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        for byte in text:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return answer


def at_once(text: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(text)


def without_end(head: bytes, more: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(more)

    return answer


def refused(answer: Callable[[socket.socket], None], **settings: Any) -> Failure:
    with server(answer) as url, pytest.raises(Failure) as caught:
        GitHub("acme/churn", "s3cret", url, sleep=lambda _: None, **settings).get("/x", needs="")
    return caught.value


@pytest.mark.parametrize(
    "text",
    [HEAD + b"X-A: " + b"a" * 500, HEAD + b"Content-Length: 900\r\n\r\n" + b" " * 900, b"HTTP/1.1 200 " + b"a" * 500],
    ids=["headers", "body", "status"],
)
def test_a_byte_at_a_time_ends_at_the_deadline(text: bytes) -> None:
    began = time.monotonic()

    failure = refused(slowly(text), timeout=5.0, deadline=0.5)

    assert failure.exit_code == Exit.UNAVAILABLE
    assert "no whole answer within" in failure.message
    assert time.monotonic() - began < 4


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
FAULTS = {
    "deep": at_once(HEAD + b"Connection: close\r\n\r\n" + b"[" * 200_000),
    "deep mapping": at_once(HEAD + b"Connection: close\r\n\r\n" + b'{"a":' * 200_000),
    "without end": without_end(ENDLESS, b" " * 2**20),
    "a page": at_once(HEAD + b"Content-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"),
    "not UTF-8": at_once(HEAD + b'Content-Length: 3\r\n\r\n"\xff"'),
    "a huge number": at_once(HEAD + b"Connection: close\r\n\r\n" + b"1" * 10_000),
    "no HTTP": at_once(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a status that is none": at_once(b"HTTP/1.1 abc OK\r\n\r\n"),
    "headers without end": without_end(HEAD, b"X-A: a\r\n" * 1000),
    "a line without end": without_end(HEAD, b"a" * 2**16),
    "wrong chunks": at_once(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n"),
    "an error cut short": at_once(b"HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\n{"),
    "an odd wait": at_once(
        b"HTTP/1.1 429 X\r\nRetry-After: \xb2\r\nX-RateLimit-Reset: \xb9\r\nContent-Length: 0\r\n\r\n"
    ),
    "an odd date": at_once(HEAD + b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\nContent-Length: 9\r\n\r\n{"),
    "to go on, without end": without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "chunks without end": without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 2**16),
    "a negative length": at_once(HEAD + b"Content-Length: -1\r\n\r\n["),
    "a length that is none": at_once(HEAD + b"Content-Length: 1e9\r\nConnection: close\r\n\r\n["),
    "an endless wait": at_once(b"HTTP/1.1 429 X\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n"),
    "an infinite wait": at_once(b"HTTP/1.1 503 X\r\nRetry-After: inf\r\nContent-Length: 0\r\n\r\n"),
    "a wait that is over": at_once(b"HTTP/1.1 429 X\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n"),
    "a number beyond all": at_once(HEAD + b"Connection: close\r\n\r\n[1e999, NaN"),
    "a lone surrogate cut short": at_once(HEAD + b'Connection: close\r\n\r\n["\\ud800"'),
    "compressed": at_once(HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b\x08\x00"),
    "a circle": at_once(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"),
    "elsewhere": at_once(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    "to a file": at_once(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
    "to nowhere": at_once(b"HTTP/1.1 302 Found\r\nLocation: http://[/\r\nContent-Length: 0\r\n\r\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_answer_is_refused(fault: str) -> None:
    failure = refused(FAULTS[fault], timeout=2.0, deadline=3.0, tries=2)

    assert failure.exit_code in {Exit.UNAVAILABLE, Exit.CONFIG, Exit.STALE}


def test_a_page_is_named_as_what_it_is() -> None:
    assert "the answer is text/html, not JSON" in refused(FAULTS["a page"]).message


def test_within_gives_and_raises_what_the_call_does() -> None:
    assert within(5, lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    with pytest.raises(TimeoutError, match="no whole answer"):
        within(0.05, lambda: time.sleep(5))
