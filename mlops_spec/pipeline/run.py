"""One run of the pipeline in a checkout: alone, from a sound start, over inputs that stand still."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.engines.durations import OURS, note_seconds
from mlops_spec.engines.dvc import inputs, kept_lock, run_cache, rwlock
from mlops_spec.engines.dvc.engine import Dvc
from mlops_spec.engines.dvc.places import check_places
from mlops_spec.engines.dvc.store_trouble import keys_of, refuse_empty
from mlops_spec.engines.dvc.undeclared import forget
from mlops_spec.engines.engine import Said
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.pipeline import sample
from mlops_spec.pipeline.checkout_lock import checkout_lock
from mlops_spec.pipeline.start import leave_committed, start_from_release
from mlops_spec.spec.base import seconds
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlops_spec.engines.dvc.inputs import Seen
    from mlops_spec.engines.engine import Engine, Event, StageRun
    from mlops_spec.spec import Spec

_LOCK_COPY = OURS / "dvc.lock"
_COMMITTED = (
    f"{layout.DVC_LOCK} is committed and not believed: the run starts over. "
    f"Releases keep it, branches do not: git rm --cached {layout.DVC_LOCK}"
)


@dataclass(frozen=True)
class Ran:
    """What a run did: stage by stage, the release it started from, whether the results were pushed."""

    stages: tuple[StageRun, ...]
    started_from: str | None
    pushed: bool


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
    if not (root / ".dvc").is_dir():
        raise Failure(f"{root} has no DVC", exit_code=Exit.CONFIG, remedy="`dvc init` sets it up.")
    refuse_empty(spec, "write" if asked.push else "read", os.environ)
    git = Git.open(root)
    check_places(root, inputs.stages_of(root))
    with checkout_lock(root / OURS / "run.lock", wait=asked.wait) as descriptor:
        engine = Dvc(root, holding=(descriptor,), keys=keys_of(spec))
        if asked.sample:
            sample.put(root, spec)
        on_sample = sample.holds(root, spec)
        if asked.push:
            sample.refuse(root, spec)
        release = _prepare(root, spec, git, watch)
        pull = release is not None and engine.remote is not None and not on_sample
        replaced = (str(data_file(spec.data)),) if on_sample else ()
        stages = _run(root, engine, watch, _Course(asked.only, pull, replaced, spec.train.compute.timeout))
        if asked.push:
            engine.push()
        return Ran(stages, release, asked.push)


def _prepare(root: Path, spec: Spec, git: Git, watch: Callable[[Event], None]) -> str | None:
    """Mends what a killed run left and what DVC overlooks; returns the release that this one starts from, if any."""
    rwlock.remove_dead(root / ".dvc/tmp/rwlock")
    run_cache.remove_empty(root)
    stages = inputs.stages_of(root)
    if healed := kept_lock.heal(root / layout.DVC_LOCK, root / _LOCK_COPY, list(stages)):
        watch(Said(None, healed))
    if leave_committed(root, git, spec.model):
        watch(Said(None, _COMMITTED))
    release = start_from_release(root, git, spec.model)
    for name in forget(root / layout.DVC_LOCK, stages):
        watch(Said(None, f"{name} reads less than when it last ran: it runs again"))
    return release


def _run(
    root: Path,
    engine: Engine,
    watch: Callable[[Event], None],
    course: _Course,
) -> tuple[StageRun, ...]:
    stages = inputs.stages_of(root)
    paths = inputs.input_paths(stages)
    _bring(root, engine, paths)
    before = inputs.see(root, paths)
    inputs.check_tracked(root, {file: seen for file, seen in before.items() if file not in course.replaced})
    kept_lock.keep(root / layout.DVC_LOCK, root / _LOCK_COPY)
    started = time.time()
    try:
        done = _go(engine, watch, course)
    except Failure:
        with suppress(OSError):  # the next run mends it
            kept_lock.heal(root / layout.DVC_LOCK, root / _LOCK_COPY, list(stages))
        raise
    _check_inputs(root, paths, before, started)
    note_seconds(root, done)
    kept_lock.settle(root / layout.DVC_LOCK, root / _LOCK_COPY, list(stages) if course.only is None else [])
    return tuple(done)


def _go(engine: Engine, watch: Callable[[Event], None], course: _Course) -> list[StageRun]:
    try:
        return engine.run(watch, seconds=seconds(course.limit), only=course.only, pull=course.pull)
    except TimeoutError as late:
        raise Failure(
            f"the run did not end within {course.limit}, its train.compute.timeout in {layout.SPEC}: it was stopped",
            exit_code=Exit.FINDINGS,
            remedy="Give it more time there, or less to do. The next run goes on after the stages that ended.",
        ) from late


def _bring(root: Path, engine: Engine, paths: tuple[str, ...]) -> None:
    """Fetches tracked inputs that are not there; raises Failure for one that nothing tracks."""
    absent = [Path(path) for path in paths if not (root / path).exists()]
    lost = [path for path in absent if not (root / f"{path}.dvc").exists()]
    if lost:
        raise Failure(
            f"{', '.join(map(str, lost))}: no such file",
            exit_code=Exit.CONFIG,
            remedy="A stage of dvc.yaml reads it: put it there, or name another in model.yaml.",
        )
    engine.fetch(absent)


def _check_inputs(root: Path, paths: tuple[str, ...], before: Mapping[str, Seen], started: float) -> None:
    moved = inputs.changed(root, paths, before)
    if not moved:
        return
    kept_lock.restore(root / layout.DVC_LOCK, root / _LOCK_COPY)
    # DVC has noted these results under inputs that they may not come from: they must not be found again.
    run_cache.forget_since(root, started - 1)
    raise Failure(
        f"{', '.join(moved)} changed while the pipeline ran: the result belongs to no version of it",
        exit_code=Exit.STALE,
        remedy="Run again, and leave the files alone meanwhile.",
    )
