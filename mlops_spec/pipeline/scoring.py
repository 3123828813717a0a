"""A package's answers for frames, from a process that holds that package alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.machine import told_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


@dataclass(frozen=True)
class Scorer:
    """The process: it loads its package, and answers what it is asked once."""

    package_dir: Path
    place: Path
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def ask(self, frames: Sequence[pd.DataFrame], batch: int | None = None) -> Asked:
        """Has it score frames, and time calls of `batch` rows of the first; waits for nothing."""
        names = [str(self.place / f"{number}.parquet") for number in range(len(frames))]
        for name, frame in zip(names, frames, strict=True):
            frame.to_parquet(name, index=False)
        assert self.process.stdin is not None  # it is a pipe
        with suppress(BrokenPipeError), self.process.stdin as job:  # one that ended says why when its answers are due
            job.write(json.dumps({"frames": names, "batch": batch}).encode())
        return Asked(self, len(frames), batch is not None)


@dataclass(frozen=True)
class Asked:
    """What a process was asked."""

    scorer: Scorer
    frames: int
    timed: bool

    def answers(self) -> Scored:
        """Waits for the answers; raises Failure when the model can't give them."""
        _wait(self.scorer)
        place = self.scorer.place
        answers = tuple(np.load(place / f"{number}.npy", allow_pickle=False) for number in range(self.frames))
        return Scored(answers, np.load(place / "latency.npy", allow_pickle=False) if self.timed else None)


def score(package_dir: Path, frames: Sequence[pd.DataFrame]) -> tuple[np.ndarray, ...]:
    """Scores frames; raises Failure when the model can't answer."""
    with scorer(package_dir) as process:
        return process.ask(frames).answers().answers


@contextmanager
def scorer(package_dir: Path) -> Iterator[Scorer]:
    """Starts the process, and ends it: whatever happens meanwhile, neither it nor its folder is left."""
    with (
        tempfile.TemporaryDirectory(prefix="mlops-spec-score-") as folder,
        tempfile.TemporaryFile() as said,
        _started(package_dir.resolve(), folder, said) as process,
    ):
        try:
            yield Scorer(package_dir.resolve(), Path(folder), process, said)
        finally:
            process.kill()


def _started(package_dir: Path, folder: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "mlops_spec.predictor", str(package_dir), folder],
        cwd=folder,
        env=_ONE_THREAD | {name: os.environ[name] for name in _PASSED if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=said,  # a file: a model that says much would wait for who reads a pipe
    )


def _wait(scorer: Scorer) -> None:
    try:
        code = scorer.process.wait(_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{scorer.package_dir}: no answer within {_SECONDS} s", exit_code=Exit.FINDINGS) from error
    if code != 0:
        scorer.said.seek(0)
        said = scorer.said.read().decode(errors="replace").strip().splitlines()
        reason = said[-1] if said else f"the process ended with {code}"
        raise Failure(f"{scorer.package_dir}: {reason}", exit_code=Exit.IO if told_of(reason) else Exit.FINDINGS)
