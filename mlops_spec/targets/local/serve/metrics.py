"""The server's counters as Prometheus reads them; they are collected when asked for, never on a request's way."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from mlops_spec.package.score_bins import EDGES
from mlops_spec.targets.local.serve.counts import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mlops_spec.targets.local.serve.hosted import Hosted, Version
    from mlops_spec.targets.local.serve.memory import Memory

_LABELS = ("model", "version")
_TENTHS = tuple(number / 10 for number in range(1, 11))


class VersionCollector(Collector):
    """One series per loaded version."""

    def __init__(self, hosted: Iterable[Hosted]) -> None:
        self._hosted = hosted

    def collect(self) -> Iterator[Metric]:
        """The metrics of all versions that run, or did and will again."""
        requests = CounterMetricFamily("mlops_requests", "Answers by HTTP status.", labels=(*_LABELS, "status"))
        latency = HistogramMetricFamily("mlops_latency_seconds", "Time of a version's answer.", labels=_LABELS)
        scores = HistogramMetricFamily("mlops_scores", "Scores, where they are probabilities.", labels=_LABELS)
        waiting = GaugeMetricFamily("mlops_waiting_requests", "Requests under way.", labels=_LABELS)
        outside = CounterMetricFamily(
            "mlops_contract_violations", "Rows outside the data contract, by input.", labels=(*_LABELS, "input")
        )
        for hosted, version in _versions(self._hosted):
            counts, remote = version.counts, hosted.workers.get(version.served.digest)
            labels = (hosted.model, version.served.version)
            for status, number in sorted(counts.statuses.items()):
                requests.add_metric((*labels, str(status)), number)
            latency.add_metric(labels, _cumulative(counts.buckets, BOUNDS), counts.seconds)
            scores.add_metric(labels, _cumulative(_in_tenths(counts.bins), _TENTHS), counts.score_sum)
            waiting.add_metric(labels, remote.waiting if remote is not None else 0)
            for name, rows in sorted(counts.outside.items()):
                outside.add_metric((*labels, name), rows)
        yield from (requests, latency, scores, waiting, outside)


class MemoryCollector(Collector):
    """What the models take, and what it costs that not all can be loaded at once."""

    def __init__(self, hosted: Iterable[Hosted], memory: Memory) -> None:
        self._hosted = hosted
        self._memory = memory

    def collect(self) -> Iterator[Metric]:
        """One series per version, and the bytes of all together."""
        loads = CounterMetricFamily("mlops_loads", "Times that a version was loaded.", labels=_LABELS)
        unloads = CounterMetricFamily("mlops_unloads", "Times that it made room for others.", labels=_LABELS)
        seconds = CounterMetricFamily("mlops_load_seconds", "Time that loading it took, summed up.", labels=_LABELS)
        held = GaugeMetricFamily("mlops_resident_bytes", "Memory that its process has.", labels=_LABELS)
        for hosted, version in _versions(self._hosted):
            labels = (hosted.model, version.served.version)
            loads.add_metric(labels, version.loads)
            unloads.add_metric(labels, version.unloads)
            seconds.add_metric(labels, version.seconds)
            held.add_metric(labels, version.bytes if version.served.digest in hosted.workers else 0)
        everything = GaugeMetricFamily("mlops_memory_bytes", "Memory of the server and all versions.")
        everything.add_metric((), self._memory.resident(self._hosted))
        allowed = GaugeMetricFamily("mlops_memory_allowed_bytes", "What that may be; infinite where nobody said.")
        allowed.add_metric((), math.inf if self._memory.allowed is None else self._memory.allowed)
        yield from (loads, unloads, seconds, held, everything, allowed)


class LogCollector(Collector):
    """What became of the prediction log's records."""

    def __init__(self, dropped: Callable[[], int]) -> None:
        self._dropped = dropped

    def collect(self) -> Iterator[Metric]:
        """One counter."""
        family = CounterMetricFamily("mlops_log_dropped", "Records that the prediction log lost.")
        family.add_metric((), self._dropped())
        yield family


def _versions(hosted: Iterable[Hosted]) -> Iterator[tuple[Hosted, Version]]:
    return ((each, version) for each in hosted for version in each.versions.values() if version.loads)


def exposition(*collectors: Collector) -> bytes:
    """The text that a scrape gets."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


def _in_tenths(bins: Mapping[int, int]) -> list[int]:
    counts = [0] * (len(_TENTHS) + 1)
    for number, held in bins.items():
        upper = EDGES[number] if number < len(EDGES) else math.inf
        counts[bisect_left(_TENTHS, upper)] += held
    return counts


def _cumulative(counts: list[int], bounds: Iterable[float]) -> list[tuple[str, float]]:
    total, buckets = 0, []
    for bound, number in zip((*bounds, float("inf")), counts, strict=True):
        total += number
        buckets.append(("+Inf" if bound == float("inf") else f"{bound:g}", float(total)))
    return buckets
