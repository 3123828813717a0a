"""Requests that come together are answered together; one that comes alone waits for nobody."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.targets.local.serve.frame import pack
from mlops_spec.targets.local.serve.gather import Gathering

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 60.0  # a test that waited so long would never end


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    front, worker = socket.socketpair()
    with front, worker:
        yield front, worker


Ends = tuple[socket.socket, socket.socket]


def send(front: socket.socket, *numbers: int) -> None:
    front.sendall(b"".join(pack(number, 0, b"body") for number in numbers))


def numbers(gathering: Gathering) -> list[int]:
    return [frame.number for frame in gathering.next()]


def test_what_waits_goes_together(ends: Ends) -> None:
    gathering = Gathering(ends[1])
    send(ends[0], 1, 2, 3)

    assert numbers(gathering) == [1, 2, 3]


def test_one_that_asks_alone_waits_for_nobody(ends: Ends) -> None:
    gathering = Gathering(ends[1], longest=LONG)
    for number in range(1, 4):
        send(ends[0], number)
        assert numbers(gathering) == [number]
        gathering.answering(1, 4 * LONG)


def test_those_who_were_just_answered_join_those_who_wait(ends: Ends) -> None:
    """Two halves that took turns become one group: it is whole as soon as the last of them is there."""
    gathering = Gathering(ends[1], longest=LONG)
    send(ends[0], 1, 2)
    assert numbers(gathering) == [1, 2]
    send(ends[0], 3, 4)
    gathering.answering(2, 4 * LONG)
    later = threading.Timer(0.05, send, (ends[0], 5, 6))
    later.start()

    assert numbers(gathering) == [3, 4, 5, 6]
    later.join()


def test_a_group_comes_back_as_a_whole(ends: Ends) -> None:
    gathering = Gathering(ends[1], longest=LONG)
    send(ends[0], 1, 2)
    assert numbers(gathering) == [1, 2]
    gathering.answering(2, 4 * LONG)
    send(ends[0], 3)
    later = threading.Timer(0.05, send, (ends[0], 4))
    later.start()

    assert numbers(gathering) == [3, 4]
    later.join()


def test_nobody_is_waited_for_longer_than_a_quarter_of_a_call(ends: Ends) -> None:
    gathering = Gathering(ends[1], longest=LONG)
    send(ends[0], 1, 2)
    assert numbers(gathering) == [1, 2]
    send(ends[0], 3)
    gathering.answering(2, 0.4)
    started = time.monotonic()

    assert numbers(gathering) == [3]
    assert 0.1 <= time.monotonic() - started < LONG


def test_after_a_pause_nobody_is_expected_back(ends: Ends) -> None:
    gathering = Gathering(ends[1], longest=0.01)
    send(ends[0], *range(1, 9))
    assert len(numbers(gathering)) == 8
    gathering.answering(8, LONG)
    later = threading.Timer(0.2, send, (ends[0], 9))
    later.start()

    assert numbers(gathering) == [9]
    later.join()


def test_the_end_is_an_empty_group(ends: Ends) -> None:
    gathering = Gathering(ends[1], longest=LONG)
    send(ends[0], 1, 2)
    assert numbers(gathering) == [1, 2]
    gathering.answering(2, 4 * LONG)
    send(ends[0], 3)
    ends[0].close()

    assert numbers(gathering) == [3], "what came before is answered"
    assert numbers(gathering) == []


def test_a_request_in_pieces_is_one(ends: Ends) -> None:
    gathering = Gathering(ends[1])
    whole = pack(7, 0, b"body")
    ends[0].sendall(whole[:5])
    later = threading.Timer(0.05, ends[0].sendall, (whole[5:],))
    later.start()

    assert numbers(gathering) == [7]
    later.join()
