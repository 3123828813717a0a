"""A deadline for a call as a whole: a timeout of each read ends nothing while a byte comes every second."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_T = TypeVar("_T")


class _Call(Generic[_T]):
    def __init__(self, do: Callable[[], _T]) -> None:
        self._do = do
        self.answer: list[_T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer.append(self._do())
        except BaseException as error:  # it is raised where the answer is waited for
            self.error = error


def within(seconds: float, do: Callable[[], _T]) -> _T:
    """What `do` gives, or raises; TimeoutError when it takes longer, and then nobody waits for it any more.

    It covers names that are looked up, handshakes and headers too, which no timeout of a socket bounds as a whole.
    """
    call = _Call(do)
    thread = threading.Thread(target=call.run, name="call", daemon=True)
    thread.start()
    thread.join(max(0.0, seconds))
    if call.error is not None:
        raise call.error
    if not call.answer:
        raise TimeoutError(f"no whole answer within {seconds:.3g} s")
    return call.answer[0]


@contextmanager
def ended_after(seconds: float, end: Callable[[], object]) -> Iterator[threading.Event]:
    """Calls `end` when the block lasts longer, and sets the event that it gives: for a process that is read from."""
    late = threading.Event()

    def expire() -> None:
        late.set()
        end()

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
