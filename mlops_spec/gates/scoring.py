"""A package's answers for frames, from a process that holds that package alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.answer_lines import SUFFIX, read_lines
from mlops_spec.system.faults import told_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SECONDS = 3600
# What a model may need of the surroundings; tokens and addresses are not among it.
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "SYSTEMROOT")
# As the server's workers have it: OpenMP's threads wait for one another longer than they share the work of a small
# batch. One row through boosted trees, p99 on two busy cores: 28 ms with one thread, 280 ms with two.
_ONE_THREAD = {"OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Scored:
    """The answers, frame by frame, and the seconds that single calls took, if those were asked for.

    There is None where the model failed, and why: in `reasons` by the frame's number, and in `untimed`.
    """

    answers: tuple[np.ndarray | None, ...]
    latencies: np.ndarray | None
    reasons: Mapping[int, str] = field(default_factory=dict)
    untimed: str = ""


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
        """Waits for the answers; raises Failure when the model can't give any, or none for the first frame."""
        ended, place = _why_ended(self.scorer), self.scorer.place
        code = self.scorer.process.poll()
        if ended and (code is None or code > 0) and not _wrote(place):
            raise _cannot(self.scorer, ended)  # it was not even loaded
        noted: list[np.ndarray | str] = []
        for number in range(self.frames):
            found = _written_by_process(place / str(number))
            if found is None:
                found = ended if code is None else self._answer_alone(number)
            noted.append(found)
            if isinstance(found, str) and (number == 0 or told_of(found)):
                raise _cannot(self.scorer, found)
        timed = _written_by_process(place / "latency") if self.timed else None
        return Scored(
            tuple(None if isinstance(each, str) else each for each in noted),
            None if isinstance(timed, str) else timed,
            {number: each for number, each in enumerate(noted) if isinstance(each, str)},
            timed if isinstance(timed, str) else ended,
        )

    def _answer_alone(self, number: int) -> np.ndarray | str:
        frame = pd.read_parquet(self.scorer.place / f"{number}.parquet")
        with scorer(self.scorer.package_dir) as again:
            again.ask([frame])
            ended = _why_ended(again)
            found = _written_by_process(again.place / "0")
            return ended if found is None else found


def score(package_dir: Path, frames: Sequence[pd.DataFrame]) -> tuple[np.ndarray, ...]:
    """Scores frames; raises Failure when the model can't answer."""
    with scorer(package_dir) as process:
        scored = process.ask(frames).answers()
        if scored.reasons:
            raise _cannot(process, next(iter(scored.reasons.values())))
        return tuple(answer for answer in scored.answers if answer is not None)


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
        [sys.executable, "-P", "-m", "mlops_spec.package.predictor", str(package_dir), folder],
        cwd=folder,
        env=_ONE_THREAD | {name: os.environ[name] for name in _PASSED if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=said,  # a file: a model that says much would wait for who reads a pipe
    )


def _why_ended(scorer: Scorer) -> str:
    try:
        code = scorer.process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        return f"no answer within {_SECONDS} s"
    if code == 0:
        return ""
    scorer.said.seek(0)
    said = scorer.said.read().decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"the process ended with {code}"


def _wrote(place: Path) -> bool:
    return any(each.suffix in {".npy", SUFFIX, ".txt"} for each in place.iterdir())


def _written_by_process(name: Path) -> np.ndarray | str | None:
    """What the process wrote: an array, or the reason why there is none; None when it wrote nothing."""
    if (found := name.with_suffix(".npy")).exists():
        array: np.ndarray = np.load(found, allow_pickle=False)
        return array
    if (lines := name.with_suffix(SUFFIX)).exists():
        return read_lines(lines)
    reason = name.with_suffix(".txt")
    return reason.read_text(encoding="utf-8") if reason.exists() else None


def _cannot(scorer: Scorer, reason: str) -> Failure:
    return Failure(f"{scorer.package_dir}: {reason}", exit_code=Exit.IO if told_of(reason) else Exit.FINDINGS)
