"""How often intervals hold the truth where that is hard, and how often a truth at the bound passes.

Every measure of its task on each of the populations in `hard/`, alone and as a paired difference, as a gate judges it.
Of all data sets: `holds` is how many of the intervals that say anything hold the truth; `unknown` how many data sets
were told to say too little to judge by; `passes` how often a gate whose bound is the truth itself passes, of all data
sets, which 95 % allow in 2.5 and the aim in 5. The last column is what is out of bounds beyond what chance explains.

`--data-sets 500` is what the nightly suite runs; `--only TEXT` takes the populations whose name holds the text, `--all`
prints every measure's line instead of one for each population.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before NumPy: the cores are shared out among data sets

from scipy.stats import binomtest  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))

from hard.populations import POPULATIONS, Population, Table  # noqa: E402

from mlops_validators import MEASURES, interval, judge, paired_difference  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_validators import Interval

FORMS = ("single", "paired")
HOLDS, PASSES = 0.93, 0.05
RESAMPLES = 400
SURE = 1e-3  # how rarely chance may call a sound cell a failure


@dataclass(frozen=True)
class Cell:
    """What became of one measure over all data sets of one population."""

    population: str
    form: str
    measure: str
    data_sets: int
    known: int
    below: int
    """Intervals that lie below the truth."""
    above: int
    passed: int
    """Gates at the truth that passed."""

    @property
    def holds(self) -> float:
        return 1 - (self.below + self.above) / self.known if self.known else float("nan")

    @property
    def unknown(self) -> float:
        return 1 - self.known / self.data_sets

    @property
    def faults(self) -> str:
        """What is out of bounds, if chance hardly explains it."""
        found = []
        missed = self.below + self.above
        if _more_than(missed, self.data_sets, 1 - HOLDS):
            found.append(f"misses {missed / self.data_sets:.1%}")
        if _more_than(self.passed, self.data_sets, PASSES):
            found.append(f"passes {self.passed / self.data_sets:.1%}")
        return ", ".join(found)


def _more_than(times: int, of: int, share: float) -> bool:
    return times / of > share and binomtest(times, of, share, alternative="greater").pvalue < SURE


def measures_of(population: Population) -> list[str]:
    """Those that the whole table defines."""
    names = [name for name, measure in MEASURES.items() if population.task in measure.tasks]
    return [name for name in names if _defined(name, population.table)]


def _defined(name: str, table: Table) -> bool:
    try:
        MEASURES[name](table.truth, table.score, weights=table.weight)
    except ValueError:
        return False
    return True


def found(form: str, name: str, drawn: Table, seed: int) -> Interval | None:
    """The interval of one data set; None where the measure says that it is undefined."""
    how = {"groups": drawn.customer, "strata": drawn.stratum, "weights": drawn.weight}
    given = {key: value for key, value in how.items() if value is not None}
    try:
        if form == "single":
            return interval(name, drawn.truth, drawn.score, seed=seed, resamples=RESAMPLES, **given)
        return paired_difference(name, drawn.truth, drawn.other, drawn.score, seed=seed, resamples=RESAMPLES, **given)
    except ValueError:
        return None


def value(form: str, name: str, table: Table) -> float:
    """The truth: of the difference that of the worse model to the better."""
    one = MEASURES[name](table.truth, table.score, weights=table.weight)
    return one if form == "single" else MEASURES[name](table.truth, table.other, weights=table.weight) - one


def verdict(name: str, each: Interval, bound: float, rows: int) -> str:
    side = "minimum" if MEASURES[name].higher_is_better else "maximum"
    return judge(each, **{side: bound}, rows=rows).verdict  # type: ignore[arg-type]


def cell(population: Population, form: str, name: str, data_sets: int) -> Cell:
    truth, slack = value(form, name, population.table), 1e-9
    far = truth + (-1e12 if MEASURES[name].higher_is_better else 1e12)
    known = below = above = passed = 0
    for seed, drawn in enumerate(population.draws(data_sets, seed=crc32(f"{population.name} {form}".encode()))):
        each, rows = found(form, name, drawn, seed), len(drawn.truth)
        if each is None or verdict(name, each, far, rows) != "pass":
            continue
        known += 1
        below += each.high < truth - slack
        above += each.low > truth + slack
        better = 1e-9 if MEASURES[name].higher_is_better else -1e-9  # a truth of 1 is no bound that could be missed
        passed += verdict(name, each, truth + better, rows) == "pass"
    return Cell(population.name, form, name, data_sets, known, below, above, passed)


def cells(jobs: Iterable[tuple[str, str, str, int]], processes: int) -> Iterator[Cell]:
    with Pool(processes) as pool:
        yield from pool.imap(_cell, jobs)


def _cell(job: tuple[str, str, str, int]) -> Cell:
    name, form, measure, data_sets = job
    return cell(POPULATIONS[name], form, measure, data_sets)


def jobs_of(only: str, data_sets: int, measure: str = "") -> list[tuple[str, str, str, int]]:
    chosen = [population for population in POPULATIONS.values() if only in population.name]
    return [
        (population.name, form, name, data_sets)
        for population in chosen
        for form in FORMS
        for name in measures_of(population)
        if measure in name
    ]


def line(each: Cell) -> str:
    """One measure's."""
    passed = each.passed / each.data_sets
    return (
        f"| {each.population} | {each.form} | `{each.measure}` | {each.holds:.1%} | {each.unknown:.0%} "
        f"| {passed:.1%} | {each.faults} |"
    )


def summary(several: list[Cell]) -> str:
    """One line for all measures of a population."""
    held = [each.holds for each in several if each.known >= 0.2 * each.data_sets]
    spread = f"{min(held):.0%} to {max(held):.0%}" if held else "-"
    known = f"{min(each.unknown for each in several):.0%} to {max(each.unknown for each in several):.0%}"
    worst = max(several, key=lambda each: each.passed / each.data_sets)
    faults = "; ".join(f"`{each.measure}` {each.faults}" for each in several if each.faults)
    return (
        f"| {several[0].population} | {several[0].form} | {len(several)} | {spread} | {known} "
        f"| {worst.passed / worst.data_sets:.1%} (`{worst.measure}`) | {faults} |"
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-sets", type=int, default=100)
    parser.add_argument("--only", default="")
    parser.add_argument("--measure", default="")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--all", action="store_true")
    asked = parser.parse_args(argv)
    print("| population | form | measures | holds | unknown | passes at the bound | out of bounds |")
    print("|---|---|---|---|---|---|---|")
    several: list[Cell] = []
    failed = 0
    for each in cells(jobs_of(asked.only, asked.data_sets, asked.measure), asked.processes):
        failed += bool(each.faults)
        if asked.all:
            print(line(each), flush=True)
            continue
        if several and (several[0].population, several[0].form) != (each.population, each.form):
            print(summary(several), flush=True)
            several = []
        several.append(each)
    if several:
        print(summary(several))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
