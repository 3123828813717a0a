"""How often a gate of each kind passes though its truth is the bound: 2.5 % is what 95 % allow, 5 % the aim.

As `coverage.py` is for measures, this is for what gates make of several of them: disparities of groups and how far they
moved, named slices, weak slices, perturbed inputs, and the time of calls. Each data set is drawn anew; the bound is the
truth, by formula or from 400,000 rows. The last column is what passes too often beyond what chance explains.

`--data-sets 500` is what the nightly suite may run; `--only TEXT` takes the lines that hold the text.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before NumPy: the cores are shared out among data sets

import numpy as np  # noqa: E402
from scipy.stats import binomtest  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))

from hard.gates import CASES  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSES, SURE = 0.05, 1e-3  # the aim; how rarely chance may call a sound gate a failure


@dataclass(frozen=True)
class Line:
    """What became of one kind of gate on one population."""

    name: str
    data_sets: int
    verdicts: dict[str, int]

    @property
    def passed(self) -> int:
        return self.verdicts["pass"]

    @property
    def fault(self) -> str:
        share = self.passed / self.data_sets
        beyond = binomtest(self.passed, self.data_sets, PASSES, alternative="greater").pvalue < SURE
        return f"passes {share:.1%}" if share > PASSES and beyond else ""

    def __str__(self) -> str:
        shares = (self.verdicts[verdict] / self.data_sets for verdict in ("pass", "inconclusive", "fail"))
        return f"| {self.name} | {' | '.join(f'{share:.1%}' for share in shares)} | {self.fault} |"


def line(job: tuple[str, int]) -> Line:
    name, data_sets = job
    verdicts = {"pass": 0, "inconclusive": 0, "fail": 0}
    for seed in range(data_sets):
        verdicts[CASES[name](np.random.default_rng([seed, len(name)]), seed)] += 1
    return Line(name, data_sets, verdicts)


def lines(only: str, data_sets: int, processes: int) -> Iterator[Line]:
    jobs = [(name, data_sets) for name in CASES if only in name]
    with Pool(processes) as pool:
        yield from pool.imap(line, jobs)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-sets", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(argv)
    print("| gate, its truth at the bound | pass | inconclusive | fail | out of bounds |\n|---|---|---|---|---|")
    failed = 0
    for each in lines(asked.only, asked.data_sets, asked.processes):
        failed += bool(each.fault)
        print(each, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
