"""What evidence costs: intervals and drift beside scikit-learn's loop, fairlearn, SciPy and plain NumPy.

Every line runs both sides on the same data in this run and prints how far their answers differ and the ratio of their
times. A peer too slow for the whole job does a part of it, which the line says, and is scaled up. Aims: paired area
with 1,000 resamples of 1 million rows 20 times the loop; fairness 1,000 times fairlearn; drift of 1 million x 50 within
1.5 seconds, a fiftieth of the 77 that Evidently 0.7.23 took (it does not import beside pandas 3.1, so it is not here).
"""

from __future__ import annotations

import sys
import time
import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from fairlearn.metrics import MetricFrame, selection_rate
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from mlops_validators import interval, paired_difference
from mlops_validators.binning import bins_of, count
from mlops_validators.drift import drift, drift_of_counts, kolmogorov_smirnov
from mlops_validators.fairness import count_groups, disparity_interval
from mlops_validators.slices import measure_slices

if TYPE_CHECKING:
    from collections.abc import Callable

RESAMPLES = 1000


@dataclass(frozen=True)
class Line:
    """One job, done by a peer and by us."""

    job: str
    peer: str
    theirs: float
    ours: float
    differs: str
    aim: float = 0.0

    def __str__(self) -> str:
        ratio = self.theirs / self.ours
        aim = f" (aim {self.aim:,.0f})" if self.aim else ""
        times = f"{self.theirs:>10.3f} s {self.ours:>9.4f} s {ratio:>9,.0f} x{aim:<12}"
        return f"{self.job:<44} {self.peer:<34} {times} {self.differs}"


def timed(job: Callable[[], Any]) -> tuple[Any, float]:
    """The job's answer, and the better of two runs."""
    best, answer = float("inf"), None
    for _ in range(2):
        start = time.perf_counter()
        answer = job()
        best = min(best, time.perf_counter() - start)
    return answer, best


def two_models(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = (rng.random(rows) < 0.22).astype(int)
    score = rng.random(rows) * 0.7 + truth * 0.3 * rng.random(rows)
    return truth, score, np.clip(score + rng.normal(size=rows) * 0.05, 0, 1)


def looped(truth: np.ndarray, one: np.ndarray, two: np.ndarray, resamples: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    drawn = (rng.integers(0, len(truth), len(truth)) for _ in range(resamples))
    return np.array([roc_auc_score(truth[i], one[i]) - roc_auc_score(truth[i], two[i]) for i in drawn])


def paired_areas(rows: int, part: int) -> list[Line]:
    data = two_models(rows)
    by_loop, theirs = timed(partial(looped, *data, part))
    theirs *= RESAMPLES / part
    drawn, resampled = timed(lambda: paired_difference("roc_auc", *data, resamples=RESAMPLES, method="percentile"))
    closed, delong = timed(lambda: paired_difference("roc_auc", *data))
    spread = [(found.high - found.low) / 3.92 for found in (drawn, closed)]
    told = [f"error {by_loop.std(ddof=1):.1e} by loop, {each:.1e} ours" for each in spread]
    name, peer = f"paired area, {rows:,} rows, {RESAMPLES:,} resamples", f"scikit-learn loop ({part} of {RESAMPLES:,})"
    aim = 20 if rows >= 1_000_000 else 0
    return [
        Line(name, peer, theirs, resampled, told[0], aim),
        Line(f"paired area, {rows:,} rows, DeLong", peer, theirs, delong, told[1]),
    ]


def disparities(rows: int, part: int) -> Line:
    rng = np.random.default_rng(2)
    group = rng.integers(0, 5, rows)
    truth = (rng.random(rows) < 0.3).astype(int)
    label = (rng.random(rows) < 0.2 + 0.3 * truth + 0.02 * group).astype(int)

    def fairlearn() -> Any:
        return MetricFrame(
            metrics=selection_rate, y_true=truth, y_pred=label, sensitive_features=group,
            n_boot=part, ci_quantiles=[0.025, 0.975], random_state=0,
        )  # fmt: skip

    def ours() -> Any:
        return disparity_interval("demographic_parity_difference", count_groups(truth, label, group), resamples=100)

    frame, theirs = timed(fairlearn)
    found, mine = timed(ours)
    ends = [float(end) for end in frame.difference_ci()]
    value = float(frame.difference())
    differs = (
        f"value {abs(value - found.value):.0e}, {ends[0]:.4f} … {ends[1]:.4f} and {found.low:.4f} … {found.high:.4f}"
    )
    peer = f"fairlearn ({part} of 100 resamples)"
    return Line(f"demographic parity, {rows:,} rows, 100 resamples", peer, theirs * 100 / part, mine, differs, 1000)


def by_histogram(old: np.ndarray, new: np.ndarray) -> float:
    edges = np.r_[-np.inf, np.unique(np.quantile(old, np.arange(1, 10) / 10)), np.inf]
    p, q = (np.maximum(np.histogram(side, edges)[0] / len(side), 1e-4) for side in (old, new))
    return float(((q - p) * np.log(q / p)).sum())


def stability(rows: int, columns: int) -> list[Line]:
    rng = np.random.default_rng(3)
    old = [rng.normal(size=rows) for _ in range(columns)]
    new = [rng.normal(size=rows) + column / 500 for column in range(columns)]
    plain, theirs = timed(lambda: [by_histogram(one, two) for one, two in zip(old, new, strict=True)])
    mine, ours = timed(lambda: [drift("psi", one, two).value for one, two in zip(old, new, strict=True)])
    kept = [(bins := bins_of(one), count(bins, one)) for one in old]
    _, again = timed(
        lambda: [drift_of_counts("psi", was, count(bins, two)) for (bins, was), two in zip(kept, new, strict=True)]
    )
    differs = f"at most {max(abs(a - b) for a, b in zip(plain, mine, strict=True)):.0e}"
    job = f"PSI, {rows:,} x {columns}"
    return [
        Line(job, "numpy.histogram at the deciles", theirs, ours, differs),
        Line(f"{job}, reference's counts kept", "numpy.histogram at the deciles", theirs, again, differs),
    ]


def distances(rows: int, columns: int) -> Line:
    rng = np.random.default_rng(4)
    pairs = [(rng.normal(size=rows), rng.normal(size=rows) + 0.01 * k) for k in range(columns)]
    peer, theirs = timed(lambda: [ks_2samp(*pair, method="asymp").statistic for pair in pairs])
    found, ours = timed(lambda: [kolmogorov_smirnov(*pair)[0] for pair in pairs])
    differs = f"at most {max(abs(a - b) for a, b in zip(peer, found, strict=True)):.0e}"
    return Line(f"Kolmogorov-Smirnov, {rows:,} x {columns}", "scipy.stats.ks_2samp", theirs, ours, differs)


def evaluation(rows: int = 7500) -> str:
    """All intervals that the full example asks for on its test rows."""
    truth, score, champion = two_models(rows)
    rng = np.random.default_rng(5)
    names = ("roc_auc", "average_precision", "brier_score", "log_loss", "expected_calibration_error")
    sliced = [rng.integers(0, values, rows) for values in (2, 3, 5)]
    start = time.perf_counter()
    for name in names:
        interval(name, truth, score)
        for column in sliced:
            measure_slices(name, truth, score, column)
    paired_difference("roc_auc", truth, score, champion)
    disparity_interval("equalized_odds_difference", count_groups(truth, score > 0.5, sliced[0]))
    return f"all intervals of the full example, {rows:,} rows: {time.perf_counter() - start:.2f} s"


def main() -> int:
    warnings.simplefilter("ignore")  # fairlearn's use of pandas
    small = "--small" in sys.argv[1:]
    rows = 100_000 if small else 1_000_000
    print(f"{'job':<44} {'peer':<34} {'theirs':>12} {'ours':>11} {'ratio':>11}{'':<12} difference")
    for line in (
        *paired_areas(rows, 20 if small else 5),
        disparities(rows // 10, 5),
        *stability(rows, 50),
        distances(rows, 5),
    ):
        print(line, flush=True)
    print(evaluation())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
