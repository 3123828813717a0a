"""DVC as the pipeline's engine: its command line in a process of its own, its output read line by line."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.engines.dvc.inputs import stages_of, touches, writes_and_reads
from mlops_spec.engines.dvc.output import causes, failure, follow, reason
from mlops_spec.engines.dvc.places import check_engine
from mlops_spec.engines.dvc.store_trouble import Keys, trouble
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import DVC_FILE
from mlops_spec.system.deadline import ended_after
from mlops_spec.system.faults import told_of
from mlops_spec.system.process_tree import end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mlops_spec.engines.dvc.store_trouble import Rights
    from mlops_spec.engines.engine import Event, StageRun

_STATUS_SECONDS = 3600  # it hashes what changed, and asks nobody
_REMOTE_SECONDS = 6 * 3600  # as long as GitHub lets a job run


@dataclass(frozen=True)
class Dvc:
    """The pipeline of the checkout at `root`; DVC keeps the descriptors `holding` open as long as it lives."""

    root: Path
    holding: tuple[int, ...] = ()
    keys: Keys = field(default_factory=Keys)  # as whom a job gets to the remote
    python: str = field(default=sys.executable)

    def run(
        self, watch: Callable[[Event], None], *, seconds: float, only: str | None = None, pull: bool = False
    ) -> list[StageRun]:
        """Runs what changed; see `engine.Engine`."""
        # The renderer writes the stages in topological order, so `-s` is safe, and spares DVC the repository's index.
        # With results pulled, DVC's run cache stays shut: `--pull` would fill it from the remote, unverified.
        command = ["repro", "--single-item", *(["--pull", "--no-run-cache"] if pull else []), *self._targets(only)]
        told: list[str] = []
        with (
            subprocess.Popen(
                self._command(command),
                cwd=self.root,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=self.holding,
                text=True,
                errors="replace",
            ) as process,
            ended_after(seconds, lambda: end(process.pid)) as late,
        ):
            done = follow(_kept(process.stdout or (), told), watch)
        if late.is_set():
            raise TimeoutError
        if process.returncode != 0:
            raise failure(told)
        return done

    def status(self) -> dict[str, list[str]]:
        """The stages that would run, each with its causes."""
        done = self._call(["status", "--json", str(DVC_FILE)], _STATUS_SECONDS)
        if done.returncode != 0:
            said = reason(done.stderr)
            raise Failure(f"dvc status failed: {said}", exit_code=Exit.IO if told_of(said) else Exit.CONFIG)
        found: dict[str, Any] = json.loads(done.stdout)
        return {name: causes(found[name]) for name in stages_of(self.root) if name in found}

    def affected(self) -> list[str]:
        """The stages that would run, and all that read, directly or not, what those write."""
        ran: list[str] = []
        fresh: list[str] = []
        changed = self.status()
        for name, stage in stages_of(self.root).items():
            writes, reads = writes_and_reads(stage)
            if name in changed or any(touches(read, made) for read in reads for made in fresh):
                ran.append(name)
                fresh += writes
        return ran

    def fetch(self, paths: Sequence[Path]) -> None:
        """Brings tracked data into place."""
        if not paths:
            return
        self._remote("give " + ", ".join(str(path) for path in paths))
        done = self._call(["pull", *(f"{path}.dvc" for path in paths)], _REMOTE_SECONDS)
        if done.returncode != 0:
            names = ", ".join(str(path) for path in paths)
            what = f"does not give {names}, or another content than the one recorded"
            raise self._unavailable(what, done.stderr, "read")

    def push(self) -> None:
        """Stores data and results in the remote."""
        self._remote("store the results")
        done = self._call(["push"], _REMOTE_SECONDS)
        if done.returncode != 0:
            raise self._unavailable("does not take the results", done.stderr, "write")

    @property
    def remote(self) -> str | None:
        """The name of the default remote."""
        found = None
        for name in ("config", "config.local"):
            config = configparser.ConfigParser(interpolation=None, strict=False)
            config.read(self.root / ".dvc" / name, encoding="utf-8")
            found = config.get("core", "remote", fallback=found)
        return found

    def _remote(self, purpose: str) -> str:
        if self.remote is None:
            raise Failure(
                f"there is no DVC remote to {purpose}",
                exit_code=Exit.CONFIG,
                remedy="`dvc remote add --default NAME URL` names one.",
            )
        return self.remote

    def _unavailable(self, what: str, stderr: str, rights: Rights) -> Failure:
        known = trouble(stderr, rights, self.keys, f"the DVC remote `{self.remote}` {what}")
        return known or Failure(
            f"the DVC remote `{self.remote}` {what}: {reason(stderr)}",
            exit_code=Exit.IO if told_of(reason(stderr)) else Exit.UNAVAILABLE,
            remedy="Check its address, the network and your rights; `dvc pull -v` says more.",
        )

    def _targets(self, only: str | None) -> list[str]:
        stages = stages_of(self.root)
        if only is None:
            return [str(DVC_FILE)]
        if only not in stages:
            raise Failure(f"there is no stage `{only}`", remedy=f"The stages are {', '.join(stages)}.")
        return _upstream(only, stages)

    def _call(self, arguments: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                self._command(arguments),
                cwd=self.root,
                env=self._environment(),
                capture_output=True,
                pass_fds=self.holding,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as slow:
            raise Failure(
                f"dvc {arguments[0]} in {self.root}: no end within {seconds / 60:.0f} min",
                exit_code=Exit.UNAVAILABLE,
                remedy="Check the disk, the network and the remote; what was stored so far is not stored again.",
            ) from slow

    def _command(self, arguments: Sequence[str]) -> list[str]:
        check_engine(self.root)
        return [self.python, "-P", "-m", "mlops_spec.engines.dvc.checked", *arguments]

    def _environment(self) -> dict[str, str]:
        """Ours first on the path, where the stages find `mlops-spec`, and a shell that reads no start-up file."""
        path = os.pathsep.join([str(Path(self.python).parent), os.environ.get("PATH", os.defpath)])
        quiet = {"DVC_NO_ANALYTICS": "1", "CI": os.environ.get("CI", "1"), "PYTHONUNBUFFERED": "1", "SHELL": "/bin/sh"}
        return {**os.environ, **quiet, "PATH": path}


def _kept(lines: Iterable[str], told: list[str]) -> Iterator[str]:
    for line in lines:
        told.append(line.rstrip("\n"))
        yield told[-1]


def _upstream(only: str, stages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The stage, and before it all that write, directly or not, what it reads."""
    needed = {only}
    wanted = writes_and_reads(stages[only])[1]
    for name in reversed(list(stages)):
        writes, reads = writes_and_reads(stages[name])
        if name in needed or any(touches(read, made) for read in wanted for made in writes):
            needed.add(name)
            wanted += reads
    return [name for name in stages if name in needed]
