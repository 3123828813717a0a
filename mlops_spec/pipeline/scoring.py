"""A package's answers for frames, from a process that holds that package alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_SECONDS = 3600
# What a model may need of the surroundings; tokens and addresses are not among it.
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "SYSTEMROOT")
# As the server's workers have it: OpenMP's threads wait for one another longer than they share the work of a small
# batch. One row through boosted trees, p99 on two busy cores: 28 ms with one thread, 280 ms with two.
_ONE_THREAD = {"OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Scored:
    """The answers, frame by frame, and the seconds that single calls took, if those were asked for."""

    answers: tuple[np.ndarray, ...]
    latencies: np.ndarray | None


def score(package_dir: Path, frames: Sequence[pd.DataFrame], batch: int | None = None) -> Scored:
    """Scores frames, and times calls of `batch` rows of the first; raises Failure when the model can't answer."""
    with tempfile.TemporaryDirectory(prefix="mlops-spec-score-") as folder:
        place = Path(folder)
        names = [str(place / f"{number}.parquet") for number in range(len(frames))]
        for name, frame in zip(names, frames, strict=True):
            frame.to_parquet(name, index=False)
        (place / "job.json").write_text(json.dumps({"frames": names, "batch": batch}))
        _run(package_dir.resolve(), place)
        answers = tuple(np.load(place / f"{number}.npy", allow_pickle=False) for number in range(len(frames)))
        latencies = None if batch is None else np.load(place / "latency.npy", allow_pickle=False)
        return Scored(answers, latencies)


def _run(package_dir: Path, place: Path) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mlops_spec.predictor", str(package_dir), str(place / "job.json"), str(place)],
            cwd=place,
            env=_ONE_THREAD | {name: os.environ[name] for name in _PASSED if name in os.environ},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{package_dir}: no answer within {_SECONDS} s", exit_code=Exit.FINDINGS) from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        reason = said[-1] if said else f"the process ended with {done.returncode}"
        raise Failure(f"{package_dir}: {reason}", exit_code=Exit.FINDINGS)
