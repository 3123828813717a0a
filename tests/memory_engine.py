"""An engine that keeps everything in memory: its lock goes with the object, and its store is a dictionary."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.engines.engine import Event, StageRun, Started
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.engines.inputs import Seen
    from mlops_spec.engines.stage import Stage

Lock = dict[str, dict[str, str]]  # by stage and path, what a stage read


@dataclass
class MemoryEngine:
    """The pipeline of the folder at `root`; `remote` has the content of files by their paths, None: there is none."""

    root: Path
    stages: Sequence[Stage]
    remote: dict[str, bytes] | None = None
    notes: Sequence[str] = ()  # what `prepare` says
    locked: Lock = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    _before: Lock = field(default_factory=dict)

    @property
    def has_remote(self) -> bool:
        return self.remote is not None

    def hold(self, descriptor: int) -> None:
        self.held.append(descriptor)

    def prepare(self) -> Sequence[str]:
        return self.notes

    def has_lock(self) -> bool:
        return bool(self.locked)

    def start_from(self, lock: bytes) -> None:
        self.locked = dict(json.loads(lock))

    def forget(self) -> None:
        self.locked = {}

    def forget_undeclared(self) -> Sequence[str]:
        less = [stage.name for stage in self.stages if self.locked.get(stage.name, {}).keys() - {*stage.reads}]
        for name in less:
            del self.locked[name]
        return less

    def fetch(self, paths: Sequence[Path]) -> None:
        for path in map(str, paths):
            if path not in (self.remote or {}):
                raise Failure(f"{path}: no such file", exit_code=Exit.CONFIG)
            (self.root / path).write_bytes((self.remote or {})[path])

    def begin(self, seen: Mapping[str, Seen]) -> None:
        self._before = dict(self.locked)

    def run(
        self, watch: Callable[[Event], None], *, seconds: float, only: str | None = None, pull: bool = False
    ) -> list[StageRun]:
        done = []
        for stage in self._upstream(only):
            watch(Started(stage.name))
            done.append(StageRun(stage.name, "ran" if self._ran(stage) else "unchanged", 0.0))
            watch(done[-1])
        return done

    def settle(self, *, whole: bool) -> None:
        if whole and {stage.name for stage in self.stages} - self.locked.keys():
            raise Failure("the lock lost a stage", exit_code=Exit.STALE)

    def recover(self) -> None:
        """What ended is in the lock."""

    def undo(self, since: float) -> None:
        self.locked = self._before

    def push(self) -> None:
        if self.remote is None:
            raise Failure("there is no remote", exit_code=Exit.CONFIG)
        written = [path for stage in self.stages for path in stage.writes]
        self.remote |= {path: (self.root / path).read_bytes() for path in written}

    def _ran(self, stage: Stage) -> bool:
        now = {path: hashlib.sha256((self.root / path).read_bytes()).hexdigest() for path in stage.reads}
        if self.locked.get(stage.name) == now and all((self.root / path).exists() for path in stage.writes):
            return False
        done = subprocess.run(["/bin/sh", "-c", stage.command], cwd=self.root, check=False)
        if done.returncode:
            raise Failure(f"stage `{stage.name}` failed", exit_code=Exit(done.returncode))
        self.locked[stage.name] = now
        return True

    def _upstream(self, only: str | None) -> Sequence[Stage]:
        if only is None:
            return self.stages
        needed = [stage for stage in self.stages if stage.name == only]
        if not needed:
            raise Failure(f"there is no stage `{only}`")
        for stage in reversed(self.stages):
            needed += [stage] if stage not in needed and any(stage.feeds(other) for other in needed) else []
        return [stage for stage in self.stages if stage in needed]
