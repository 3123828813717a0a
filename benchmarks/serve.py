"""The embedded server beside MLServer, BentoML, LitServe and plain FastAPI, all with the starter's model, in one run.

Each gets the same work: JSON in, a data frame, `predict_proba`, JSON out; one process has the model, and eight clients
keep their connections, with one row and with 64 rows to a request. Ours answers requests that wait together, so peers
that can are measured with that turned on too. They take turns, and who is not asked is stopped, so that whatever else
the machine does hits all alike. Aim: at least the requests a second of the best of them, and no longer a p99.
"""

from __future__ import annotations

import signal
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from serving.clients import Load, load, once
from serving.model import build
from serving.peers import PEERS, Running, Unavailable, start

if TYPE_CHECKING:
    import pandas as pd

OURS = "mlops-spec"
BATCHES, ROUNDS, SECONDS = (1, 64), 3, 2.0


@dataclass
class Measured:
    """What one server did in all of its turns."""

    rates: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def add(self, seen: Load, processor_seconds: float) -> None:
        """Counts one turn."""
        self.rates.append(len(seen.took) / seen.seconds)
        self.took += seen.took
        self.own.append(seen.own_seconds / seen.seconds)
        self.processor.append(1000 * processor_seconds / max(seen.answers, 1))

    @property
    def rate(self) -> float:
        """Requests a second, the median turn's."""
        return statistics.median(self.rates)

    def milliseconds(self, share: float) -> float:
        """A percentile of the latency."""
        return float(np.quantile(self.took, share, method="inverted_cdf")) * 1000


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # no server outlives this
    with tempfile.TemporaryDirectory() as scratch:
        package, rows = build(Path(scratch))
        running: list[Running] = []
        try:
            for peer in PEERS:
                try:
                    running.append(start(peer, package, rows, Path(scratch)))
                except Unavailable as reason:
                    print(f"not measured: {reason}", file=sys.stderr)
                    continue
                running[-1].pause()
            for batch in BATCHES:
                compare(running, rows.head(batch))
        finally:
            for server in running:
                server.stop()


def compare(running: list[Running], rows: pd.DataFrame) -> None:
    """Measures all servers with requests of these rows, and prints a line for each and the ratio to the best."""
    check(running, rows)
    measured = {server.peer.name: Measured() for server in running}
    for _ in range(ROUNDS):
        for server in running:
            server.resume()
            before = server.processor_seconds()
            seen = load(server.question(rows), SECONDS)
            measured[server.peer.name].add(seen, server.processor_seconds() - before)
            server.pause()
    for name, seen in measured.items():
        p50, p99 = seen.milliseconds(0.5), seen.milliseconds(0.99)
        line = f"batch {len(rows):2}  {name:18}  {seen.rate:7.0f} requests/s   p50 {p50:7.2f} ms   p99 {p99:7.2f} ms"
        used = f"processor {statistics.median(seen.processor):6.2f} ms each"
        print(f"{line}   {used}   (clients: {max(seen.own):.0%} of a core)", flush=True)
    ours = measured.pop(OURS)
    best, shortest = max(each.rate for each in measured.values()), min(p.milliseconds(0.99) for p in measured.values())
    ratio, tail = ours.rate / best, ours.milliseconds(0.99) / shortest
    print(f"batch {len(rows):2}  ratio: {ratio:.2f} of the best one's requests/s, {tail:.2f} of the shortest p99")


def check(running: list[Running], rows: pd.DataFrame) -> None:
    """All must give the same answer."""
    answers = {}
    for server in running:
        server.resume()
        answers[server.peer.name] = server.peer.scores(once(server.question(rows)))
        server.pause()
    for name, scores in answers.items():
        np.testing.assert_allclose(scores, answers[OURS], rtol=1e-12, err_msg=f"{name} gives another answer")


if __name__ == "__main__":
    main()
