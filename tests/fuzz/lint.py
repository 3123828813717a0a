"""Many mutated specs through the linter, on all processors: `python tests/fuzz/lint.py --cases 1000000`.

Says how many there were, how each ended, the slowest and the most memory of a process. Ends with 1 when one of them
was answered by a traceback, a place outside of the text, after more than a second of processor or in more than 200 MiB;
its seed is told, and `--seed N --cases 1` plays it again. One in 25 goes through all formats, and is fixed twice.
"""

from __future__ import annotations

import resource
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from campaign import campaign
from judge import SECONDS, judge
from mutation import mutated

MEBIBYTES = 200  # of a process, whatever its cases were
_CHUNK = 500
_TOLD = 20  # failures; more say no more
_TELL = 100  # chunks after which a log hears how far it is


class Chunk(NamedTuple):
    """What came of some seeds."""

    codes: Counter[int]
    slowest: tuple[float, int]  # seconds, seed
    mebibytes: float
    wrong: list[str]


def play(seeds: range) -> Chunk:
    codes: Counter[int] = Counter()
    slowest, wrong = (0.0, 0), []
    for seed in seeds:
        answer = judge(mutated(seed), whole=seed % 25 == 0)
        codes[answer.code] += 1
        slowest = max(slowest, (answer.seconds, seed))
        beyond = f"{mebibytes():.0f} MiB, {MEBIBYTES} are allowed" if mebibytes() > MEBIBYTES else ""
        wrong += [f"seed {seed}: {what}" for what in (answer.wrong, beyond) if what]
    return Chunk(codes, slowest, mebibytes(), wrong)


def mebibytes() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)


def main() -> int:
    return tell(*campaign("Lints mutated specs.", play, cases=1_000_000, chunk=_CHUNK, tell=_TELL))


def tell(played: list[Chunk], seconds: float) -> int:
    codes = sum((chunk.codes for chunk in played), Counter[int]())
    slowest, seed = max(chunk.slowest for chunk in played)
    ended = " · ".join(f"exit {code}: {count:,}" for code, count in sorted(codes.items()))
    most = max(chunk.mebibytes for chunk in played)
    print(f"{codes.total():,} specs in {seconds:.0f} s · {ended}")
    print(f"slowest {slowest * 1000:.0f} ms of processor (seed {seed}), at most {SECONDS * 1000:.0f} are allowed")
    print(f"most memory {most:.0f} MiB, at most {MEBIBYTES} are allowed")
    wrong = [line for chunk in played for line in chunk.wrong]
    print("\n".join(wrong[:_TOLD]) or "each was answered")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
