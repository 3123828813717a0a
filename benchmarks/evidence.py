"""What evidence costs: intervals and drift beside scikit-learn's loop, fairlearn, Evidently, SciPy and plain NumPy.

Every line runs both sides on the same data in this run, in processor time, and prints how far their answers differ,
the ratio of their times, and the memory that each takes on top of its input. A peer too slow for the whole job does a
part of it, which the line says, and is scaled up. Aims: paired area with 1,000 resamples of 1 million rows, and order
within 100,000 queries, 20 times the loop; fairness 1,000 times fairlearn; drift of 1 million x 50 a fiftieth of
Evidently.

Evidently 0.7.23 does not import beside pandas 3.1, so uv makes an environment of its own for it, kept in the user's
cache; without uv or a network its line says so. `--small` takes 100,000 rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate
from scipy.stats import ks_2samp
from sklearn.metrics import ndcg_score, roc_auc_score
from uv import find_uv_bin

from mlops_spec.pipeline.history import with_history
from mlops_spec.spec import Spec
from mlops_validators import estimate, interval, paired_difference, ranking_measure
from mlops_validators.binning import Bins, bins_of, count
from mlops_validators.distances import kolmogorov_smirnov
from mlops_validators.drift import drift, drift_of_counts
from mlops_validators.fairness import count_groups, disparity_interval
from mlops_validators.forecasts import SERIES

if TYPE_CHECKING:
    from collections.abc import Callable

RESAMPLES = 1000
EVIDENTLY = ("evidently==0.7.23", "pandas<3")


@dataclass(frozen=True)
class Cost:
    """Processor seconds, and mebibytes on top of the input."""

    seconds: float
    mebibytes: float

    def times(self, factor: float) -> Cost:
        return Cost(self.seconds * factor, self.mebibytes)


@dataclass(frozen=True)
class Line:
    """One job, done by a peer and by us."""

    job: str
    peer: str
    theirs: Cost
    ours: Cost
    differs: str
    aim: float = 0.0

    def __str__(self) -> str:
        aim = f" (aim {self.aim:,.0f})" if self.aim else ""
        faster, leaner = self.theirs.seconds / self.ours.seconds, self.theirs.mebibytes / max(self.ours.mebibytes, 1)
        seconds = f"{self.theirs.seconds:>9.3f} s {self.ours.seconds:>9.4f} s {faster:>9,.0f} x{aim:<12}"
        memory = f"{self.theirs.mebibytes:>8.1f} MiB {self.ours.mebibytes:>7.1f} MiB {leaner:>6.1f} x"
        return f"{self.job:<44} {self.peer:<34} {seconds} {memory}  {self.differs}"


def costing(job: Callable[[], Any], light: Callable[[], Any] | None = None) -> tuple[Any, Cost]:
    """The job's answer, the better time of two runs, and the memory of one more (of `light`, if that is given)."""
    best, answer = float("inf"), None
    for _ in range(2):
        start = time.process_time()
        answer = job()
        best = min(best, time.process_time() - start)
    tracemalloc.start()
    (light or job)()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return answer, Cost(best, peak / 2**20)


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
    ours = partial(paired_difference, "roc_auc", *data, method="percentile")
    by_loop, theirs = costing(partial(looped, *data, part), partial(looped, *data, 1))
    drawn, resampled = costing(partial(ours, resamples=RESAMPLES), partial(ours, resamples=100))
    closed, delong = costing(partial(paired_difference, "roc_auc", *data))
    spread = [(found.high - found.low) / 3.92 for found in (drawn, closed)]
    size = sum(array.nbytes for array in data) / 2**20
    told = [
        f"error {by_loop.std(ddof=1):.1e} by loop, {each:.1e} ours; input {size:.0f} MiB, "
        f"with it {(size + cost.mebibytes) / size:.1f} times"
        for each, cost in zip(spread, (resampled, delong), strict=True)
    ]
    name, peer = f"paired area, {rows:,} rows, {RESAMPLES:,} resamples", f"scikit-learn loop ({part} of {RESAMPLES:,})"
    aim = 20 if rows >= 1_000_000 else 0
    return [
        Line(name, peer, theirs.times(RESAMPLES / part), resampled, told[0], aim),
        Line(f"paired area, {rows:,} rows, DeLong", peer, theirs.times(RESAMPLES / part), delong, told[1]),
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
        return disparity_interval("demographic_parity_difference", count_groups(truth, label, group))

    frame, theirs = costing(fairlearn)
    found, mine = costing(ours)
    ends = [float(end) for end in frame.difference_ci()]
    value = float(frame.difference())
    differs = (
        f"value {abs(value - found.value):.0e}, {ends[0]:.4f} … {ends[1]:.4f} and {found.low:.4f} … {found.high:.4f}"
    )
    peer = f"fairlearn ({part} of 100 resamples)"
    return Line(
        f"demographic parity, {rows:,} rows, 100 resamples", peer, theirs.times(100 / part), mine, differs, 1000
    )


def in_a_process(python: str | Path, peer: str, folder: Path) -> tuple[list[float], Cost]:
    command = [str(python), str(Path(__file__).parent / "peers" / "drift.py"), peer, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["values"], Cost(found["seconds"], found["mebibytes"])


def evidently() -> Path:
    """The interpreter of the environment that holds it, made on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "mlops-spec" / "benchmarks" / "evidently-0.7.23"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        uv = find_uv_bin()
        subprocess.run([uv, "venv", "--quiet", "--clear", str(folder)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *EVIDENTLY], check=True)
        (folder / "ready").touch()
    return python


def in_its_bins(old: np.ndarray, new: np.ndarray) -> float:
    """Our PSI in the bins that Evidently takes: of equal width, by Sturges' rule, over both samples together.

    What still differs is that it raises shares of 0 to 0.0001, we all shares below that.
    """
    edges = np.histogram_bin_edges(np.concatenate([old, new]), bins="sturges")
    bins = Bins(edges=edges[1:-1])
    return drift_of_counts("psi", count(bins, old), count(bins, new)).value


def beside_evidently(rows: int, columns: int) -> Line | str:
    rng = np.random.default_rng(3)
    old = np.asfortranarray(rng.normal(size=(rows, columns)))  # column by column, as a frame keeps them
    new = np.asfortranarray(rng.normal(size=(rows, columns)) + np.arange(columns) / 500)
    job = f"PSI, {rows:,} x {columns}"
    try:
        python = evidently()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"{job}: no Evidently, because its environment can't be made: {error}"
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "old.npy", old)
        np.save(Path(folder) / "new.npy", new)
        theirs, slow = in_a_process(python, "evidently", Path(folder))
        mine, fast = in_a_process(sys.executable, "ours", Path(folder))
    same = max(abs(in_its_bins(old[:, k], new[:, k]) - value) for k, value in enumerate(theirs))
    apart = max(abs(one - two) for one, two in zip(theirs, mine, strict=True))
    return Line(job, "Evidently 0.7.23", slow, fast, f"in its bins {same:.0e}, in ours {apart:.0e}", 50)


def by_histogram(old: np.ndarray, new: np.ndarray) -> float:
    edges = np.r_[-np.inf, np.unique(np.quantile(old, np.arange(1, 10) / 10)), np.inf]
    p, q = (np.maximum(np.histogram(side, edges)[0] / len(side), 1e-4) for side in (old, new))
    return float(((q - p) * np.log(q / p)).sum())


def stability(rows: int, columns: int) -> list[Line]:
    rng = np.random.default_rng(3)
    old = [rng.normal(size=rows) for _ in range(columns)]
    new = [rng.normal(size=rows) + column / 500 for column in range(columns)]
    plain, theirs = costing(lambda: [by_histogram(one, two) for one, two in zip(old, new, strict=True)])
    mine, ours = costing(lambda: [drift("psi", one, two).value for one, two in zip(old, new, strict=True)])
    kept = [(bins := bins_of(one), count(bins, one)) for one in old]
    _, again = costing(
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
    peer, theirs = costing(lambda: [ks_2samp(*pair, method="asymp").statistic for pair in pairs])
    found, ours = costing(lambda: [kolmogorov_smirnov(*pair)[0] for pair in pairs])
    differs = f"at most {max(abs(a - b) for a, b in zip(peer, found, strict=True)):.0e}"
    return Line(f"Kolmogorov-Smirnov, {rows:,} x {columns}", "scipy.stats.ks_2samp", theirs, ours, differs)


def rankings(queries: int, size: int = 10) -> list[Line]:
    """The order within queries: its value, and an interval beside a loop of one call for each resample."""
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 4, (queries, size)).astype(float)
    score = truth + rng.normal(size=truth.shape)
    ours = partial(estimate, ranking_measure("ndcg"), truth.ravel(), score.ravel())
    asked = partial(interval, ranking_measure("ndcg"), truth.ravel(), score.ravel(), resamples=RESAMPLES)
    group = np.repeat(np.arange(queries), size)
    value, theirs = costing(partial(ndcg_score, truth, score))
    mine, fast = costing(partial(ours, groups=group))
    _, drawn = costing(partial(asked, groups=group))
    differs = f"value {abs(value - mine):.0e}"
    job = f"NDCG, {queries:,} queries of {size}"
    loop = f"scikit-learn loop (1 of {RESAMPLES:,})"
    return [
        Line(job, "sklearn.metrics.ndcg_score", theirs, fast, differs, 1),
        Line(f"{job}, {RESAMPLES:,} resamples", loop, theirs.times(RESAMPLES), drawn, differs, 20),
    ]


def forecasts(series: int, steps: int = 28, season: int = 7) -> list[Line]:
    """Scaled errors of many series: the value, an interval of whole series, and the history that they are scaled by."""
    rng = np.random.default_rng(8)
    values = rng.normal(50, 10, (series, 4 * steps))
    days = pd.date_range("2026-01-01", periods=4 * steps, tz="UTC").as_unit("us")
    rows = pd.DataFrame({"day": np.tile(days, series), "store": np.repeat(np.arange(series), 4 * steps)})
    rows["sales"] = values.ravel()
    tested = np.tile(np.arange(4 * steps) >= 3 * steps, series)
    train, test = rows[~tested], rows[tested]
    score = test["sales"].to_numpy() + rng.normal(0, 5, len(test))
    history = partial(with_history, _spec_of(steps), test["sales"].to_numpy(), train, test)
    truth, told = costing(history)
    scales, grouped = costing(lambda: train.groupby("store")["sales"].diff(season).abs().groupby(train["store"]).mean())
    group = truth[:, SERIES].astype(np.intp)
    told_of = pd.DataFrame({"store": test["store"].to_numpy(), "told": score, "sales": test["sales"].to_numpy()})

    def by_store() -> float:
        off = (told_of["sales"] - told_of["told"]).abs()
        return float((off.groupby(told_of["store"]).mean() / scales).mean())

    value, theirs = costing(by_store)
    mine, fast = costing(partial(estimate, "mase", truth, score))
    _, drawn = costing(partial(interval, "mase", truth, score, groups=group, resamples=RESAMPLES))
    differs, job = f"value {abs(value - mine):.0e}", f"MASE, {series:,} series of {steps}"
    return [
        Line(f"{job}, history and naive forecasts", "pandas groupby, its scale alone", grouped, told, differs),
        Line(job, "pandas groupby", theirs, fast, differs),
        Line(
            f"{job}, {RESAMPLES:,} resamples",
            f"loop of it (1 of {RESAMPLES:,})",
            theirs.times(RESAMPLES),
            drawn,
            "",
            20,
        ),
    ]


def _spec_of(steps: int) -> Spec:
    split = {"by": "time", "horizon": f"{steps}d"}
    known = {"path": "d.csv", "target": "sales", "time": "day", "series": "store", "frequency": "1d", "split": split}
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "forecasting",
            "owners": ["@a"],
            "data": known,
            "train": {"run": "x"},
            "gates": [{"metric": "mase", "max": 0.9}],
        }
    )


def evaluation(rows: int = 7500) -> str:
    """All intervals that the full example asks for on its test rows."""
    truth, score, champion = two_models(rows)
    rng = np.random.default_rng(5)
    names = ("roc_auc", "average_precision", "brier_score", "log_loss", "expected_calibration_error")
    sliced = [rng.integers(0, values, rows) for values in (2, 3, 5)]
    start = time.process_time()
    for name in names:
        interval(name, truth, score)
        for column in sliced:
            for value in np.unique(column):
                interval(name, truth[column == value], score[column == value])
    paired_difference("roc_auc", truth, score, champion)
    disparity_interval("equalized_odds_difference", count_groups(truth, score > 0.5, sliced[0]))
    return f"all intervals of the full example, {rows:,} rows: {time.process_time() - start:.2f} s"


def main() -> int:
    warnings.simplefilter("ignore")  # fairlearn's use of pandas
    small = "--small" in sys.argv[1:]
    rows = 100_000 if small else 1_000_000
    heads = f"{'theirs':>11} {'ours':>11} {'ratio':>11}{'':<12} {'theirs':>12} {'ours':>11} {'ratio':>8}"
    print(f"{'job':<44} {'peer':<34} {heads}  difference")
    for line in (
        *paired_areas(rows, 20 if small else 5),
        disparities(rows // 10, 5),
        beside_evidently(rows, 50),
        *stability(rows, 50),
        distances(rows, 5),
        *rankings(rows // 10),
        *forecasts(rows // 10),
    ):
        print(line, flush=True)
    print(evaluation())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
