"""The work for several models side by side: a rollout of one that is watched for an hour holds up no other."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.faults import fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.deploy.passes import Done

_HANDS = 8  # how many work at once; who only waits and looks on is none of them


class SideBySide:
    """Work by name of the model, one at a time for each."""

    def __init__(self) -> None:
        self._hands = threading.Semaphore(_HANDS)
        self._threads: dict[str, threading.Thread] = {}
        self._ended: dict[str, Done | Failure] = {}

    def busy(self, name: str | None = None) -> bool:
        """Whether work for a model goes on, or for any."""
        return name in self._threads if name is not None else bool(self._threads)

    def begin(self, name: str, do: Callable[[], Done]) -> None:
        """Begins work for a model for which none goes on."""
        thread = threading.Thread(target=self._run, args=(name, do), name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def here(self, do: Callable[[], Done]) -> Done | Failure:
        """What comes of work that is done at once, by who asks."""
        with self._hands:
            return outcome(do)

    @contextmanager
    def looking_on(self) -> Iterator[None]:
        """Lets others work while the work that calls this waits for what it has begun elsewhere."""
        self._hands.release()
        try:
            yield
        finally:
            self._hands.acquire()

    def ended(self, *, wait: bool) -> Iterator[tuple[str, Done | Failure]]:
        """What came of work that has ended by now, or of all."""
        for name, thread in [*self._threads.items()]:
            if wait:
                thread.join()
            if not thread.is_alive():
                del self._threads[name]
                yield name, self._ended.pop(name)

    def _run(self, name: str, do: Callable[[], Done]) -> None:
        self._ended[name] = self.here(do)


def outcome(do: Callable[[], Done]) -> Done | Failure:
    """What came of some work; whatever goes wrong in one model's is told and ends no other's."""
    try:
        return do()
    except Failure as failure:
        return failure
    except (OSError, MemoryError) as error:
        return fault(error)
    except Exception as error:
        return Failure(f"a bug: {type(error).__name__}: {error}", exit_code=Exit.FINDINGS)
