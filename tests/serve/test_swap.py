"""Versions are replaced under load without a failed request, and bad ones cost nobody an answer."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.targets.live import Served

if TYPE_CHECKING:
    from conftest import Server

Ask = Callable[..., dict[str, Any]]
Packages = Callable[..., Served]


class Clients:
    """Clients that keep their connections and ask without a pause; what they got stands in `answers`."""

    def __init__(self, server: Server, body: dict[str, Any], number: int = 4) -> None:
        self.answers: list[tuple[int, str, float]] = []
        self.failures: list[str] = []
        self._address = server.url.removeprefix("http://")
        self._body = json.dumps(body)
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(number)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=30)
        while not self._done.is_set():
            try:
                connection.request("POST", "/v2/models/demo/infer", body=self._body)
                answer = connection.getresponse()
                said = json.loads(answer.read())
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                return
            if answer.status != 200:
                self.failures.append(f"{answer.status} {said}")
            else:
                self.answers.append((answer.status, said["model_version"], said["outputs"][0]["data"][0]))
        connection.close()


@pytest.mark.quick("10")
@pytest.mark.parametrize("swaps", [10, 200])
@pytest.mark.xdist_group("serve-load")
def test_swaps_under_load(server: Server, packages: Packages, request_of: Ask, swaps: int) -> None:
    versions = [packages("v0", value=0.0), packages("v1", value=0.125)]
    server.want(stable=versions[0])

    with Clients(server, request_of()) as clients:
        for number in range(1, swaps + 1):
            new = versions[number % 2]
            staged = server.want(candidate=new)
            assert staged.worker(new.digest).state == "ready"
            assert server.want(stable=new, candidate=None).stable == new.digest

    assert clients.failures == []
    assert {(version, score) for _, version, score in clients.answers} == {("v0", 0.0), ("v1", 0.125)}


BAD = {
    "crashes while it is imported": "import os\nos._exit(3)",
    "raises while it is loaded": "def load(folder): raise RuntimeError('no')",
    "takes the whole memory to load": "def load(folder): return bytearray(10 ** 12)",
    "is no function": "def load(folder): return 7",
    "raises": "def load(folder): return lambda frame: 1 / 0",
    "answers NaN": "import numpy\ndef load(folder): return lambda frame: numpy.full(len(frame), numpy.nan)",
    "answers no probability": "import numpy\ndef load(folder): return lambda frame: numpy.full(len(frame), 7.0)",
    "answers another shape": "import numpy\ndef load(folder): return lambda frame: numpy.zeros((len(frame), 3))",
    "answers too few rows": "import numpy\ndef load(folder): return lambda frame: numpy.zeros(len(frame) + 1)",
    "answers text": "def load(folder): return lambda frame: ['x'] * len(frame)",
    "crashes when it is asked": "import os\ndef load(folder): return lambda frame: os._exit(4)",
    "crashes at the fifth call": (
        "import os, numpy\ncalls = []\ndef load(folder):\n    def predict(frame):\n        calls.append(1)\n"
        "        if len(calls) > 8: os._exit(5)\n        return numpy.zeros(len(frame))\n    return predict"
    ),
    "eats memory": (
        "import numpy\nkept = []\ndef load(folder):\n    def predict(frame):\n"
        "        kept.append(bytearray(2 * 10 ** 8))\n        return numpy.zeros(len(frame))\n    return predict"
    ),
    "hangs": (
        "import time, numpy\ncalls = []\ndef load(folder):\n    def predict(frame):\n        calls.append(1)\n"
        "        if len(calls) > 8: time.sleep(3600)\n        return numpy.zeros(len(frame))\n    return predict"
    ),
    "is slow": (
        "import time, numpy\ncalls = []\ndef load(folder):\n    def predict(frame):\n        calls.append(1)\n"
        "        if len(calls) > 8: time.sleep(1.2)\n        return numpy.zeros(len(frame))\n    return predict"
    ),
}


@pytest.mark.quick("raises while it is loaded", "answers NaN", "crashes at the fifth call", "hangs")
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_candidate_costs_nobody_an_answer(server: Server, packages: Packages, request_of: Ask, bad: str) -> None:
    server.want(stable=packages("v1", value=0.25))
    for _ in range(3):
        server.post(request_of())
    staged = server.want(candidate=packages("v2", code=bad))

    if staged.candidate is not None:  # it could be loaded and answered the warming requests: now it must fail at work
        server.want(weight=50)
    answers = [server.post(request_of()) for _ in range(24)]
    worker = server.wait(lambda status: status.worker(packages_digest(staged)) is not None).worker(
        packages_digest(staged)
    )

    assert [status for status, _ in answers] == [200] * len(answers)
    assert {said["model_version"] for _, said in answers[-4:]} == {"v1"}, "in the end it gets no more requests"
    assert worker.state == "failed" or server.wait(
        lambda status: status.worker(worker.digest).window.errors >= 1, seconds=5
    )


def packages_digest(status: Any) -> str:
    return next(worker.digest for worker in status.workers if worker.version == "v2")


def test_one_that_can_not_answer_what_was_answered_before_is_not_let_in(
    server: Server, packages: Packages, request_of: Ask
) -> None:
    one, two = packages("v1", value=0.25), packages("v2", code=BAD["answers NaN"])
    server.want(stable=one)
    server.post(request_of())

    status = server.want(stable=two)

    assert status.stable == one.digest
    assert "it can't answer a request that was answered before" in status.worker(two.digest).reason
    assert server.post(request_of())[1]["model_version"] == "v1"


def test_requests_that_come_together_are_answered_together_and_apart(
    server: Server, packages: Packages, request_of: Ask, row: dict[str, Any]
) -> None:
    """Rows of one request never reach the answer of another, whatever is batched; a bad one among them fails alone."""
    code = "def load(folder): return lambda frame: frame['limit'].to_numpy() / (frame['age'] != 13).to_numpy()"
    server.want(stable=packages("v1", code=code))
    got: dict[int, tuple[int, Any]] = {}

    def ask(number: int) -> None:
        rows = [row | {"limit": number / 1000 + index / 100_000} for index in range(number % 3 + 1)]
        if number % 10 == 0:
            rows[0]["age"] = 13
        got[number] = server.post(request_of(*rows))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for number, (status, said) in got.items():
        if number % 10 == 0 and number:
            assert (status, "the model failed" in said["error"]) == (500, True)
        elif number:
            expected = [number / 1000 + index / 100_000 for index in range(number % 3 + 1)]
            assert (status, said["outputs"][0]["data"]) == (200, expected)
