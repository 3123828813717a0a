"""Runs of several models of one checkout, side by side: each waits for those that it reads from, and for no other."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]  # DVC brings it

from mlops_spec.engines.checkout import engine_of
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.run import run
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mlops_spec.engines.engine import Event
    from mlops_spec.lint.models import Model
    from mlops_spec.pipeline.run import Asked, Ran

_EACH = 2 * 2**30  # bytes that a training is thought to need where nobody says how many run side by side


def most_at_once() -> int:
    """How many models may train side by side: what cores and free memory allow."""
    free: int = psutil.virtual_memory().available
    return max(1, min(len(os.sched_getaffinity(0)), free // _EACH))


def run_several(
    models: Sequence[Model], watch: Callable[[str, Event], None], asked: Asked, parallel: int
) -> dict[str, Ran | Failure]:
    """Runs each model's pipeline, at most `parallel` at once; of each what it did, or why it has no results.

    `watch` is told the model with each event. A model that fails stops none but those that read what it makes.
    """
    waits_for = _upstream(models)
    waiting = {model.name: model for model in models}
    ended: dict[str, Ran | Failure] = {}
    running: dict[Future[Ran | Failure], str] = {}
    with ThreadPoolExecutor(parallel) as pool:
        while waiting or running:
            for name in [each for each in waiting if not waits_for[each] & (waiting.keys() | {*running.values()})]:
                model, lost = waiting.pop(name), [each for each in sorted(waits_for[name]) if _failed(ended.get(each))]
                if lost:
                    ended[name] = Failure(f"it reads what {lost[0]} makes, which failed", exit_code=Exit.FINDINGS)
                else:
                    running[pool.submit(_run, model, watch, asked)] = name
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            ended |= {running.pop(each): each.result() for each in done}
    return {model.name: ended[model.name] for model in models}


def _run(model: Model, watch: Callable[[str, Event], None], asked: Asked) -> Ran | Failure:
    try:
        return run(model.place.path, model.spec, lambda event: watch(model.name, event), asked)
    except Failure as failure:
        return failure


def _failed(result: Ran | Failure | None) -> bool:
    return isinstance(result, Failure)


@dataclass(frozen=True)
class _Paths:
    """What a model's stages read and write, by paths from the repository's root."""

    reads: Collection[str]
    writes: Collection[str]

    @classmethod
    def of(cls, model: Model) -> _Paths:
        try:
            stages = engine_of(model.place.path, model.spec, push=False).stages
        except Failure:  # its own run says so
            return cls((), ())
        folder = str(model.place.folder)
        reads = {_from_root(folder, path) for stage in stages for path in stage.reads}
        return cls(reads, {_from_root(folder, path) for stage in stages for path in stage.writes})


def _from_root(folder: str, path: str) -> str:
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118


def _upstream(models: Sequence[Model]) -> Mapping[str, set[str]]:
    """The models whose results each model reads; of those that read one another, the earlier does not wait."""
    paths = {model.name: _Paths.of(model) for model in models}
    found: dict[str, set[str]] = {name: set() for name in paths}
    for reader, mine in paths.items():
        for writer, its in paths.items():
            feeds = reader != writer and any(overlap(wrote, read) for wrote in its.writes for read in mine.reads)
            if feeds and reader not in _all_above(found, writer):
                found[reader].add(writer)
    return found


def _all_above(found: Mapping[str, set[str]], name: str) -> set[str]:
    above, waiting = set[str](), [name]
    while waiting:
        new = found[waiting.pop()] - above
        above |= new
        waiting += new
    return above
