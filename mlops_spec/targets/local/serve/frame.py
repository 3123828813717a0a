"""The frames between the front and a worker: length, number and status, then the bytes.

Requests carry the client's body as it came; answers carry the same number, so that many may be under way at once.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEADER = struct.Struct("!IIH")
_LARGEST = 256 * 2**20


class Frame(NamedTuple):
    """One message; `status` is an HTTP status in an answer and 0 in a request."""

    number: int
    status: int
    payload: bytes


def pack(number: int, status: int, payload: bytes) -> bytes:
    """The bytes of one message."""
    return _HEADER.pack(len(payload), number, status) + payload


class Splitter:
    """Cuts a stream of bytes into messages."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The messages that `data` completes, in order; raises ValueError when one claims to be absurdly long."""
        pending = self._pending
        pending += data
        frames, start, end = [], 0, len(pending)
        while end - start >= _HEADER.size:
            length, number, status = _HEADER.unpack_from(pending, start)
            body = start + _HEADER.size
            if length > _LARGEST:
                raise ValueError(f"a message of {length:,} bytes")
            if end - body < length:
                break
            start = body + length
            frames.append(Frame(number, status, bytes(pending[body:start])))
        del pending[:start]
        return frames
