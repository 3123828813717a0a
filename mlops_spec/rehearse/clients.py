"""Clients of a server: threads that ask without a pause, and count answers and failures."""

from __future__ import annotations

import http.client
import json
import math
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE = 0.02  # between two requests of one client: the machine has other things to do
_LONGEST = 20.0


@dataclass
class Clients:
    """`request(n)` gives the body of the n-th request; while we are within, every client asks one after the other."""

    listen: str
    model: str
    request: Callable[[int], dict[str, Any]]
    number: int = 2
    answered: Counter[str] = field(default_factory=Counter)  # by version
    failed: list[str] = field(default_factory=list)
    _asked: int = 0
    _done: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.number)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    @property
    def total(self) -> int:
        """How many requests were asked."""
        return self.answered.total() + len(self.failed)

    def told(self) -> str:
        """What came of it, in a few words."""
        by_version = ", ".join(f"{number} by {version}" for version, number in sorted(self.answered.items()))
        return f"{self.total:,} requests, {len(self.failed)} failed ({by_version})"

    def _run(self) -> None:
        while not self._done.wait(_PAUSE):
            with self._lock:
                self._asked += 1
                number = self._asked
            version, problem = self._ask(self.request(number))
            with self._lock:
                if problem:
                    self.failed.append(problem)
                else:
                    self.answered[version] += 1

    def _ask(self, body: dict[str, Any]) -> tuple[str, str]:
        """The version that answered, or what was wrong with the answer: it must be one finite number for each row."""
        host, _, port = self.listen.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=_LONGEST)
        try:
            connection.request("POST", f"/v2/models/{self.model}/infer", json.dumps(body))
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != http.HTTPStatus.OK:
                return "", f"{answer.status} {said[:200]!r}"
            found = json.loads(said)
            values = found["outputs"][0]["data"]
            rows = body["inputs"][0]["shape"][0]
            good = len(values) == rows and all(math.isfinite(value) for value in values)
            return (found["model_version"], "") if good else ("", f"{len(values)} values for {rows} rows: {values}")
        except (OSError, http.client.HTTPException, ValueError, KeyError, IndexError, TypeError) as error:
            return "", f"{type(error).__name__}: {error}"
        finally:
            connection.close()
