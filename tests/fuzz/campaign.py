"""Many seeds in chunks on all processors, with progress: what each attack's command line shares."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Chunk = TypeVar("Chunk")


def campaign(
    description: str, play: Callable[[range], Chunk], *, cases: int, chunk: int, tell: int
) -> tuple[list[Chunk], float]:
    """What `play` makes of each chunk of seeds, and the seconds it took; options of the command line come first.

    Args:
        description: of the command line's help.
        play: takes a chunk of seeds, in a process of its own.
        cases: how many seeds, unless `--cases` says otherwise.
        chunk: seeds in a chunk.
        tell: chunks after which a log hears how far it is; a terminal hears each.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--cases", type=int, default=cases)
    parser.add_argument("--seed", type=int, default=0, help="the first")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    last = given.seed + given.cases
    chunks = [range(start, min(start + chunk, last)) for start in range(given.seed, last, chunk)]
    started, played = time.perf_counter(), []
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        for each in pool.imap_unordered(play, chunks):
            played.append(each)
            if sys.stderr.isatty() or len(played) % tell == 0:
                end = "" if sys.stderr.isatty() else "\n"
                sys.stderr.write(f"\r{min(len(played) * chunk, given.cases):,} of {given.cases:,}{end}")
    return played, time.perf_counter() - started
