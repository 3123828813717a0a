"""Promoters that race: each a process with a clone of its own, all released at the same moment."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

_PRELOADED = ["mlops_spec.cli.promote", "mlops_spec.rehearse.promoters"]
_LONGEST = 300.0  # seconds for one round
_POLL = 0.05


@dataclass(frozen=True)
class Promoter:
    """One of them: its clone, whose HEAD declares the version that it asks for, and what its command sees."""

    clone: Path
    version: str
    environment: Mapping[str, str]

    @property
    def said(self) -> str:
        """What its command printed in the last round."""
        return self._log.read_text(encoding="utf-8")

    @property
    def _log(self) -> Path:
        return self.clone.with_suffix(".log")

    def run(self, environment: str, ready: Barrier) -> None:
        """In a process of its own: waits for the others, runs the command, and ends with its exit code."""
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(log, stream)
        asked = ("promote", "ask", environment, "--version", self.version, "--wait", "5m", "-C", str(self.clone))
        sys.argv = ["mlops-spec", *asked]
        os.environ.update(self.environment)
        ready.wait(_LONGEST)
        runpy.run_module("mlops_spec", run_name="__main__", alter_sys=True)


def race(promoters: Sequence[Promoter], environment: str, meanwhile: Callable[[], None]) -> list[int]:
    """Lets them all ask at once; `meanwhile` is called again and again until the last has ended. Their exit codes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    ready = context.Barrier(len(promoters))
    running = [context.Process(target=each.run, args=(environment, ready), daemon=True) for each in promoters]
    for process in running:
        process.start()
    try:
        while any(process.is_alive() for process in running):
            meanwhile()
            next(process for process in running if process.exitcode is None or process is running[-1]).join(_POLL)
    finally:
        for process in running:
            process.kill() if process.is_alive() else None
            process.join()
    return [process.exitcode if process.exitcode is not None else -1 for process in running]
