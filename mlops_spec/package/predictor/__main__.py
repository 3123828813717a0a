"""A packaged model's answers, in a process of their own: `python -m mlops_spec.package.predictor PACKAGE OUT`.

Loads the package, then reads one job from standard input: `{"frames": [PARQUET, ...], "batch": ROWS or null}`. Writes
`OUT/<number>.npy` for each frame (`.lines` where answers are no numbers), and `OUT/latency.npy`, the seconds that
single calls took, when a batch size is given; where the model fails, the reason as `.txt` instead. Its own process
because it runs a model's own code, which must reach neither what judges it nor another model.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec import words
from mlops_spec.errors import Failure
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.package.predictor.answer_lines import SUFFIX, write_lines
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.package.predictor.named_files import NamedFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.package.predictor.load import Predict

_WARM_UP = 20
_CALLS = 400  # the slowest of 368 or more bounds the 99th percentile at 95 %: 0.99**368 < 0.025
_SECONDS = 120.0  # for a model that takes 0.3 s, or a machine that is busy
# Linux's count of the nanoseconds that a thread was ready to run while others had the processors: its second number
_QUEUED = Path("/proc/thread-self/schedstat")


def answer(package_dir: Path, out: Path) -> None:
    """Does one job; times come first, before other work has warmed what a fresh process has not."""
    predict, files = load_predict(package_dir), _named_files(package_dir)
    asked = json.load(sys.stdin)
    frames = [pd.read_parquet(path) for path in asked["frames"]]
    if asked["batch"] is not None:
        _note_answer_or_reason(out / "latency", lambda: latencies(predict, frames[0], asked["batch"], files))
    predict = files.reading(predict, Path()) if files else predict
    for number, frame in enumerate(frames):
        _note_answer_or_reason(out / str(number), partial(predict, frame))


def _note_answer_or_reason(name: Path, call: Callable[[], np.ndarray]) -> None:
    try:
        found = call()
    except Failure as failure:
        name.with_suffix(".txt").write_text(failure.message, encoding="utf-8", errors="backslashreplace")
    else:
        if found.dtype.kind == "O":
            write_lines(name.with_suffix(SUFFIX), found)
        else:
            np.save(name.with_suffix(".npy"), found)


def _named_files(package_dir: Path) -> NamedFiles | None:
    """What names files in the frames, by their whole paths, where the model takes files."""
    inputs = read_manifest(package_dir).signature.inputs
    return next((NamedFiles(tensor.name, f"{tensor.name}.sha256") for tensor in inputs if tensor.file), None)


def latencies(predict: Predict, frame: pd.DataFrame, batch: int, files: NamedFiles | None = None) -> np.ndarray:
    """Seconds of single calls (m,) with `batch` rows each: 400, or as many as 120 s allow.

    Without the time in the processor's queue where the system counts it: what others ran meanwhile says nothing of
    the model, and would make the verdict depend on the neighbours. Waiting that the model chose itself counts.
    """
    # Whole frames beforehand: a request arrives as one, cutting it out is not the model's time.
    starts = np.arange(_WARM_UP + _CALLS) * batch % max(1, len(frame) - batch + 1)
    cut = (frame.iloc[start : start + batch] for start in starts)
    parts = (files.filled(part, Path()) if files else part for part in cut)
    for part in itertools.islice(parts, _WARM_UP):
        predict(part)
    taken: list[float] = []
    deadline = time.perf_counter() + _SECONDS
    for part in parts:
        # The clock is read outside of the count: what is taken off never exceeds what was taken.
        before, queued = time.perf_counter(), _seconds_queued()
        predict(part)
        queued = _seconds_queued() - queued
        taken.append(time.perf_counter() - before - queued)
        if before > deadline:
            break
    return np.array(taken)


def _seconds_queued() -> float:
    try:
        return int(_QUEUED.read_bytes().split()[1]) / 1e9
    except OSError:
        return 0.0


def main() -> int:
    """Returns the exit code; a Failure's message goes to stderr."""
    words.any_console()
    try:
        answer(*map(Path, sys.argv[1:]))
    except Failure as failure:
        words.err(failure.message)
        return int(failure.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
