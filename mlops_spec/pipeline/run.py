"""One run of the pipeline in a checkout: alone, from a sound start, over inputs that stand still."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines import inputs
from mlops_spec.engines.checkout import engine_of
from mlops_spec.engines.durations import note_seconds
from mlops_spec.engines.engine import Said
from mlops_spec.engines.files import LOCK, PIPELINE
from mlops_spec.engines.set_up import state_of
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.pipeline import sample
from mlops_spec.pipeline.checkout_lock import checkout_lock
from mlops_spec.pipeline.places import check_places
from mlops_spec.pipeline.start import leave_committed, start_from_release
from mlops_spec.spec.base import seconds
from mlops_spec.spec.paths import data_file
from mlops_spec.system.ending import told_to_end

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlops_spec.engines.engine import Engine, Event, StageRun
    from mlops_spec.engines.inputs import Seen
    from mlops_spec.spec import Spec

_COMMITTED = (
    f"{LOCK} is committed and not believed: the run starts over. "
    f"Releases keep it, branches do not: git rm --cached {LOCK}"
)


@dataclass(frozen=True)
class Ran:
    """What a run did: stage by stage, the release it started from, whether the results were pushed."""

    stages: tuple[StageRun, ...]
    started_from: str | None
    pushed: bool

    def told(self, model: str) -> str:
        """It in a line."""
        ran = sum(stage.outcome == "ran" for stage in self.stages)
        origin = f", started from {self.started_from}" if self.started_from else ""
        return f"{model}: {ran} of {len(self.stages)} stages ran{origin}" + (", pushed" if self.pushed else "")


@dataclass(frozen=True)
class Asked:
    """What was asked of a run: one stage `only`, or all; on the data or the `sample`; whether to `push`; how to wait.

    `wait` is in seconds, for the checkout's lock.
    """

    only: str | None = None
    sample: bool = False
    push: bool = False
    wait: float = 60.0


@dataclass(frozen=True)
class _Course:
    """How the stages are gone through: one `only` or all, results pulled or not; a sample stands for `replaced`.

    Past its `limit` the run is ended, here as on a runner: a remote that never answers is waited for no longer either.
    """

    only: str | None
    pull: bool
    replaced: tuple[str, ...]
    limit: str  # such as 60m


def run(root: Path, spec: Spec, watch: Callable[[Event], None], asked: Asked) -> Ran:
    """Runs what changed; raises Failure when a stage fails, inputs change under it, or the checkout stays locked."""
    return run_by(engine_of(root, spec, push=asked.push), root, spec, watch, asked)


def run_by(engine: Engine, root: Path, spec: Spec, watch: Callable[[Event], None], asked: Asked) -> Ran:
    """The same by a given engine."""
    git = Git.open(root)
    check_places(root, engine.stages)
    with told_to_end(), checkout_lock(state_of(root) / "run.lock", wait=asked.wait) as descriptor:
        engine.hold(descriptor)
        if asked.sample:
            sample.put(root, spec)
        on_sample = sample.holds(root, spec)
        if asked.push:
            sample.refuse(root, spec)
        release = _prepare(engine, spec, git, watch)
        pull = release is not None and engine.has_remote and not on_sample
        replaced = (str(data_file(spec.data)),) if on_sample else ()
        stages = _run(root, engine, watch, _Course(asked.only, pull, replaced, spec.train.compute.timeout))
        if asked.push:
            engine.push()
        return Ran(stages, release, asked.push)


def _prepare(engine: Engine, spec: Spec, git: Git, watch: Callable[[Event], None]) -> str | None:
    for mended in engine.prepare():
        watch(Said(None, mended))
    if leave_committed(engine, git, spec.model):
        watch(Said(None, _COMMITTED))
    release = start_from_release(engine, git, spec.model)
    for name in engine.forget_undeclared():
        watch(Said(None, f"{name} reads less than when it last ran: it runs again"))
    return release


def _run(
    root: Path,
    engine: Engine,
    watch: Callable[[Event], None],
    course: _Course,
) -> tuple[StageRun, ...]:
    paths = inputs.input_paths(engine.stages, model_folder.SPEC, PIPELINE)
    engine.fetch([Path(path) for path in paths if not (root / path).exists()])
    before = inputs.see(root, paths)
    engine.begin({file: seen for file, seen in before.items() if file not in course.replaced})
    started = time.time()
    try:
        done = _go(engine, watch, course)
    except Failure:
        with suppress(OSError):  # the next run mends it
            engine.recover()
        raise
    _check_inputs(root, engine, paths, before, started)
    note_seconds(root, done)
    engine.settle(whole=course.only is None)
    return tuple(done)


def _go(engine: Engine, watch: Callable[[Event], None], course: _Course) -> list[StageRun]:
    try:
        return engine.run(watch, seconds=seconds(course.limit), only=course.only, pull=course.pull)
    except TimeoutError as late:
        raise Failure(
            f"the run did not end within {course.limit}, its train.compute.timeout in {model_folder.SPEC}: "
            "it was stopped",
            exit_code=Exit.FINDINGS,
            remedy="Give it more time there, or less to do. The next run goes on after the stages that ended.",
        ) from late


def _check_inputs(
    root: Path, engine: Engine, paths: tuple[str, ...], before: Mapping[str, Seen], started: float
) -> None:
    moved = inputs.changed(root, paths, before)
    if not moved:
        return
    engine.undo(started - 1)
    raise Failure(
        f"{', '.join(moved)} changed while the pipeline ran: the result belongs to no version of it",
        exit_code=Exit.STALE,
        remedy="Run again, and leave the files alone meanwhile.",
    )
