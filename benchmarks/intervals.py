"""What an interval of 1,000 resamples costs beside a loop that calls the reference library once for each of them.

Scaled errors of 10,000 series that are drawn whole, beside pandas; means over ten labels of 100,000 rows, beside
scikit-learn; chrF of 100,000 texts, beside sacrebleu's `corpus_score`, and beside the fastest that sacrebleu's own
numbers allow: its statistics of each sentence counted once, and their sums for each resample. Both sides work on the
same data in this run, in processor time; a loop runs a few times and is scaled up. Aim: 20 times each loop.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from evidence import RESAMPLES, Line, costing  # type: ignore[import-not-found] # beside this script
from sacrebleu.metrics.chrf import CHRF
from sklearn.metrics import f1_score, recall_score

from mlops_validators import interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AIM = 20
SERIES, STEPS = 10_000, 28
ROWS, LABELS = 100_000, 10


def beside(job: str, peer: str, loop: Callable[[], float], ours: Callable[..., Any], aim: float = AIM) -> Line:
    """One call of the peer for each resample, and our interval."""
    value, theirs = costing(loop)
    found, mine = costing(partial(ours, resamples=RESAMPLES), partial(ours, resamples=100))
    apart = f"value {abs(value - found.value):.0e}"
    return Line(job, f"{peer} loop (1 of {RESAMPLES:,})", theirs.times(RESAMPLES), mine, apart, aim)


def scaled_errors() -> Iterator[Line]:
    rng = np.random.default_rng(0)
    rows, series = SERIES * STEPS, np.repeat(np.arange(SERIES), STEPS)
    moved = np.repeat(rng.uniform(1, 3, SERIES), STEPS)
    actual, naive = rng.normal(50, 10, rows), np.full(rows, 50.0)
    truth = np.column_stack([actual, moved, moved**2, series, naive, naive])
    score = actual + rng.normal(0, 5, rows)

    def mase() -> float:
        errors = pd.Series(np.abs(actual - score) / moved)
        return float(errors.groupby(series).mean().mean())

    def rmsse() -> float:
        squares = pd.Series(np.square(actual - score) / moved**2)
        return float(np.sqrt(squares.groupby(series).mean()).mean())

    for name, loop in (("mase", mase), ("rmsse", rmsse)):
        ours = partial(interval, name, truth, score, groups=series)
        yield beside(f"{name}, {SERIES:,} series of {STEPS}", "pandas groupby", loop, ours)


def means_over_labels() -> Iterator[Line]:
    rng = np.random.default_rng(1)
    truth = (rng.random((ROWS, LABELS)) < 0.3).astype(int)
    score = np.clip(truth * 0.3 + rng.random(truth.shape) * 0.7, 0, 1)
    told = (score >= 0.5).astype(int)
    for name, function in (("f1_macro", f1_score), ("recall_macro", recall_score)):
        loop = partial(function, truth, told, average="macro")
        ours = partial(interval, name, truth, score)
        yield beside(f"{name}, {ROWS:,} rows of {LABELS} labels", "scikit-learn", loop, ours)


def texts() -> Iterator[Line]:
    rng = np.random.default_rng(2)
    words = np.array(["".join(rng.choice([*"abcdefghij"], rng.integers(2, 8))) for _ in range(500)], dtype=object)
    truth = np.array([" ".join(each) for each in words[rng.integers(0, 500, (ROWS, 6))]], dtype=object)
    other = np.array([" ".join(each) for each in words[rng.integers(0, 500, (ROWS, 6))]], dtype=object)
    score = np.where(rng.random(ROWS) < 0.5, truth, other)
    chrf = CHRF()
    told, references = score.tolist(), [truth.tolist()]
    counted = np.array(chrf._extract_corpus_statistics(told, references), dtype=np.float32)

    def summed() -> float:  # as its `significance` does
        drawn = rng.integers(0, ROWS, ROWS)
        return float(chrf._compute_score_from_stats(counted[drawn].sum(axis=0)).score) / 100

    def whole() -> float:
        return float(chrf.corpus_score(told, references).score) / 100

    ours = partial(interval, "chrf", truth, score)
    yield beside(f"chrf, {ROWS:,} texts", "sacrebleu", whole, ours)
    yield beside(f"chrf, {ROWS:,} texts", "sacrebleu's statistics", summed, ours, aim=0)


def main() -> int:
    """Returns 1 where an aim is missed."""
    missed = 0
    for part in (scaled_errors, means_over_labels, texts):
        for line in part():
            print(line, flush=True)
            missed += bool(line.aim and line.theirs.seconds < line.aim * line.ours.seconds)
    return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
