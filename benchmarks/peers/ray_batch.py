"""Scores Parquet files by Ray Data with two workers, as its documentation has it: a class that keeps the model.

It begins a cluster of its own on this machine, and ends with all that it started: their processor time and memory are
its own then, to whoever waits for it.

    python benchmarks/peers/ray_batch.py MODEL SOURCE OUT STARTED
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_raylet_start_wait_time_s": "300"}  # a busy machine takes its time
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # its many processes would compile all imports anew, and be too late

import ray
import ray.data
from skops import io

WORKERS = 2
ADOPT = 36  # PR_SET_CHILD_SUBREAPER of Linux: what Ray's processes leave behind becomes ours


class Scored:
    """One worker's model, which it loads once."""

    def __init__(self, model: str) -> None:
        self.model = io.load(model)

    def __call__(self, rows: Any) -> Any:
        rows["probability"] = self.model.predict_proba(rows[list(self.model.feature_names_in_)])[:, 1]
        return rows[["id", "probability"]]


def main(model: str, source: str, out: str, started: str) -> None:
    """Reads, asks and writes; into the file `started` the seconds that the cluster took to start."""
    begun = time.perf_counter()
    assert ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0) == 0
    # Its readers and writers want a share of a processor beside the two workers, or nothing would be read.
    ray.init(num_cpus=4 * WORKERS, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
    Path(started).write_text(str(time.perf_counter() - begun), encoding="utf-8")
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    scored = ray.data.read_parquet(source).map_batches(
        Scored,
        fn_constructor_args=(model,),
        compute=ray.data.ActorPoolStrategy(size=WORKERS),
        batch_format="pandas",
        batch_size=65_536,
    )
    scored.write_parquet(out)
    ray.shutdown()
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
