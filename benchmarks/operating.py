"""Operating characteristics of the starter's gates: what they let through, and what they stop.

Three tables, at the starter's size and gates: how often a candidate as good as the live version passes all of them; how
often one passes that is worse by the margin, gate by gate; and what a line of releases loses that come down by half a
margin each. The first trains the starter's model, thousands of rows a second; the others draw from its answers.
`--runs 20` is a quick look.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from releases import alike, downhill, worse
from releases.starter import spec

from mlops_spec.spec.gates import gate_id
from mlops_spec.spec.gates.size import SizeGate

KINDS = {
    "first": "a first version, with nothing to compare",
    "seed": "the live version trained with another seed",
    "rows": "the live version on refreshed rows (a tenth)",
}


def as_good(pool: ProcessPoolExecutor, runs: int) -> bool:
    found = list(pool.map(alike.run, range(runs)))
    fine = True
    print(f"{'a candidate as good as the live version':<50} {'passes all gates':>18}   what did not pass")
    for kind, told in KINDS.items():
        each = [one[kind] for one in found if one[kind] is not None]
        passed = sum(not one for one in each)
        stopped = Counter(name for one in each for name in one or ())
        said = ", ".join(f"{name} {times}" for name, times in stopped.most_common())
        print(f"{told:<50} {passed:>5} of {len(each):<4} {passed / len(each):>5.1%}   {said}")
        fine &= kind == "first" or passed >= 0.95 * len(each)
    return fine


def by_the_margin(pool: ProcessPoolExecutor, runs: int) -> bool:
    gates = [gate for gate in spec().gates if not isinstance(gate, SizeGate)]
    shares = list(pool.map(partial(worse.passes, runs=runs), gates))
    print(f"\n{'a candidate worse by the margin of one gate':<60} passes it")
    for gate, share in zip(gates, shares, strict=True):
        print(f"{gate_id(gate):<60} {share:>8.1%}")
    return max(shares) <= 0.05


def by_steps(pool: ProcessPoolExecutor, runs: int) -> bool:
    lost = np.array(list(pool.map(downhill.lost, range(runs))))
    told = ", ".join(f"{margins:g}: {times}" for margins, times in sorted(Counter(lost.tolist()).items()))
    print(f"\n{downhill.RELEASES} releases, each half a margin worse than the live one; margins lost in all, of {runs}")
    print(told)
    return bool(lost.max() < 2)


def main() -> int:
    runs = int(sys.argv[sys.argv.index("--runs") + 1]) if "--runs" in sys.argv else 200
    start = time.perf_counter()
    with ProcessPoolExecutor() as pool:
        fine = [by_steps(pool, runs), by_the_margin(pool, runs), as_good(pool, runs)]
    print(f"\n{runs} runs, {time.perf_counter() - start:.0f} s")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    raise SystemExit(main())
