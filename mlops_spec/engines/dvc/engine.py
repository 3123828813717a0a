"""DVC as the pipeline's engine: its command line in a process of its own, its output read line by line."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc import run_cache, rwlock, undeclared
from mlops_spec.engines.dvc.config import of_checkout
from mlops_spec.engines.dvc.declared import stages_of
from mlops_spec.engines.dvc.home import home_of, in_use, state_of, unused
from mlops_spec.engines.dvc.kept_lock import KeptLock, locked_stages
from mlops_spec.engines.dvc.names import FILE, FOLDER, LOCK, SUFFIX
from mlops_spec.engines.dvc.output import failure, follow, reason
from mlops_spec.engines.dvc.places import check_engine
from mlops_spec.engines.dvc.pointers import check_tracked
from mlops_spec.engines.dvc.store_trouble import Keys, trouble
from mlops_spec.errors import Exit, Failure
from mlops_spec.system.deadline import ended_after
from mlops_spec.system.faults import told_of
from mlops_spec.system.files import write_atomic
from mlops_spec.system.process_tree import end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mlops_spec.engines.dvc.store_trouble import Rights
    from mlops_spec.engines.engine import Event, StageRun
    from mlops_spec.engines.inputs import Seen
    from mlops_spec.engines.stage import Stage

_REMOTE_SECONDS = 6 * 3600  # as long as GitHub lets a job run


@dataclass
class Dvc:
    """The pipeline of the checkout at `root`; DVC keeps the descriptors `holding` open as long as it lives."""

    root: Path
    holding: tuple[int, ...] = ()
    keys: Keys = field(default_factory=Keys)  # as whom a job gets to the remote
    python: str = field(default=sys.executable)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of `dvc.yaml`, read once: it is an input of the run, and stands still."""
        return stages_of(self.root)

    @property
    def has_remote(self) -> bool:
        """Whether a remote is the default."""
        return bool(self._remote_name)

    def hold(self, descriptor: int) -> None:
        """Keeps a descriptor open in whatever runs from now on."""
        self.holding = (*self.holding, descriptor)

    def prepare(self) -> list[str]:
        """Mends what a killed run left; what there is to say of that."""
        home = home_of(self.root)
        with unused(home) as alone:
            if alone:
                rwlock.remove_dead(home / FOLDER / "tmp/rwlock")
                run_cache.remove_empty(home)
        healed = self._kept.heal(self._names)
        return [healed] if healed else []

    def has_lock(self) -> bool:
        """Whether there are results of a run here."""
        return self._kept.lock.exists()

    def start_from(self, lock: bytes) -> None:
        """Puts a release's lock in place."""
        locked_stages(lock)
        write_atomic(self._kept.lock, lock)

    def forget(self) -> None:
        """Takes the lock away."""
        self._kept.lock.unlink(missing_ok=True)

    def forget_undeclared(self) -> list[str]:
        """Takes out of the lock what DVC would overlook."""
        return undeclared.forget(self._kept.lock, self.stages)

    def begin(self, seen: Mapping[str, Seen]) -> None:
        """Checks the data against what tracks it, and keeps a copy of the lock."""
        check_tracked(self.root, seen)
        self._kept.keep()

    def run(
        self, watch: Callable[[Event], None], *, seconds: float, only: str | None = None, pull: bool = False
    ) -> list[StageRun]:
        """Runs what changed; see `engine.Engine`."""
        # The renderer writes the stages in topological order, so `-s` is safe, and spares DVC the repository's index.
        # With results pulled, DVC's run cache stays shut: `--pull` would fill it from the remote, unverified.
        command = ["repro", "--single-item", *(["--pull", "--no-run-cache"] if pull else []), *self._targets(only)]
        told: list[str] = []
        with (
            in_use(home_of(self.root)) as used,
            subprocess.Popen(
                self._command(command),
                cwd=self.root,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(*self.holding, used),
                text=True,
                errors="replace",
            ) as process,
            ended_after(seconds, lambda: end(process.pid)) as late,
        ):
            try:
                done = follow(_kept(process.stdout or (), told), watch)
            except KeyboardInterrupt:  # a stage stops first what it runs elsewhere
                end(process.pid)
                raise
        if late.is_set():
            raise TimeoutError
        if process.returncode != 0:
            raise failure(told)
        return done

    def recover(self) -> None:
        """Mends the lock after a run that failed."""
        self._kept.heal(self._names)

    def settle(self, *, whole: bool) -> None:
        """Ends a run that came through."""
        self._kept.settle(self._names if whole else [])

    def undo(self, since: float) -> None:
        """Puts the lock back, and forgets what the run cache noted of the run."""
        self._kept.restore()
        # DVC has noted these results under inputs that they may not come from: they must not be found again.
        run_cache.forget_since(home_of(self.root), since)

    def fetch(self, paths: Sequence[Path]) -> None:
        """Brings tracked data into place."""
        if not paths:
            return
        if lost := [path for path in paths if not (self.root / f"{path}.dvc").exists()]:
            raise Failure(
                f"{', '.join(map(str, lost))}: no such file",
                exit_code=Exit.CONFIG,
                remedy="A stage of dvc.yaml reads it: put it there, or name another in model.yaml.",
            )
        self._need_remote("give " + ", ".join(str(path) for path in paths))
        done = self._call(["pull", *(f"{path}.dvc" for path in paths)], _REMOTE_SECONDS)
        if done.returncode != 0:
            names = ", ".join(str(path) for path in paths)
            what = f"does not give {names}, or another content than the one recorded"
            raise self._unavailable(what, done.stderr, "read")

    def push(self) -> None:
        """Stores data and results in the remote."""
        self._need_remote("store the results")
        done = self._call(["push", *self._own], _REMOTE_SECONDS)
        if done.returncode != 0:
            raise self._unavailable("does not take the results", done.stderr, "write")

    @property
    def _own(self) -> list[str]:
        """Of one of many models, its pipeline and its data: without targets DVC would push those of all."""
        if home_of(self.root) == self.root:
            return []
        read = dict.fromkeys(path for stage in self.stages for path in stage.reads)
        return [str(FILE), *(pointer for path in read if (self.root / (pointer := f"{path}{SUFFIX}")).is_file())]

    @property
    def _remote_name(self) -> str:
        return of_checkout(self.root).default_name

    @property
    def _names(self) -> list[str]:
        return [stage.name for stage in self.stages]

    @property
    def _kept(self) -> KeptLock:
        return KeptLock(self.root / LOCK, state_of(self.root) / LOCK.name)

    def _need_remote(self, purpose: str) -> None:
        if not self.has_remote:
            raise Failure(
                f"there is no DVC remote to {purpose}",
                exit_code=Exit.CONFIG,
                remedy="`dvc remote add --default NAME URL` names one.",
            )

    def _unavailable(self, what: str, stderr: str, rights: Rights) -> Failure:
        known = trouble(stderr, rights, self.keys, f"the DVC remote `{self._remote_name}` {what}")
        return known or Failure(
            f"the DVC remote `{self._remote_name}` {what}: {reason(stderr)}",
            exit_code=Exit.IO if told_of(reason(stderr)) else Exit.UNAVAILABLE,
            remedy="Check its address, the network and your rights; `dvc pull -v` says more.",
        )

    def _targets(self, only: str | None) -> list[str]:
        if only is None:
            return [str(FILE)]
        if only not in self._names:
            raise Failure(f"there is no stage `{only}`", remedy=f"The stages are {', '.join(self._names)}.")
        return _with_upstream(only, self.stages)

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
        check_engine(home_of(self.root))
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


def _with_upstream(only: str, stages: Sequence[Stage]) -> list[str]:
    needed: list[Stage] = []
    for stage in reversed(stages):
        if stage.name == only or any(stage.feeds(other) for other in needed):
            needed.append(stage)
    return [stage.name for stage in reversed(needed)]
