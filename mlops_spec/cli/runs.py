"""Runs of several models by `run`: which they are, their progress, and what became of each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.cli.here import repository
from mlops_spec.cli.models import broken
from mlops_spec.engines.current import refuse_stale
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.models import models_in
from mlops_spec.pipeline.progress_of_several import watching_several
from mlops_spec.pipeline.several import most_at_once, run_several
from mlops_spec.plan.many.make import make_plans
from mlops_spec.repository.root import root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mlops_spec.lint.models import Model
    from mlops_spec.pipeline.run import Asked, Ran


def run_models(  # noqa: PLR0913 - which models, what of each, how many at once, and how to tell
    directory: Path, names: Sequence[str], asked: Asked, form: str, *, affected: bool, parallel: int | None
) -> int:
    """Runs the models side by side, and says of each what became of it; exits 1 when one has no results."""
    root = root_of(directory)
    chosen = [*names, *_affected(root)] if affected else names
    if affected and not chosen:
        words.err("this branch changes nothing that trains")
        return Exit.OK
    models = models_in(root, chosen)
    stale = dict(_stale(models))
    ready = [model for model in models if model.name not in stale]
    with watching_several([model.name for model in ready]) as watch:
        ended = {**stale, **run_several(ready, watch, asked, parallel or most_at_once())}
    failures = {name: each for name, each in ended.items() if isinstance(each, Failure)}
    _tell(ended, form)
    return max(Exit.FINDINGS if failures else Exit.OK, broken(models))


def _affected(root: Path) -> list[str]:
    git = repository(root)
    return [each.model for each in make_plans(git).affected if each.trains]


def _stale(models: Iterable[Model]) -> Iterator[tuple[str, Failure]]:
    for model in models:
        try:
            refuse_stale(model.place.path, model.spec)
        except Failure as failure:
            yield model.name, failure


def _tell(ended: dict[str, Ran | Failure], form: str) -> None:
    if form == "json":
        words.data(
            {
                name: {"failure": each.message} if isinstance(each, Failure) else asdict(each)
                for name, each in ended.items()
            }
        )
        return
    for name, each in ended.items():
        if not isinstance(each, Failure):
            words.out(each.told(name))
    for name, each in ended.items():
        if isinstance(each, Failure):
            words.err(f"{name}: {each.message}" + (f"\n  {each.remedy}" if each.remedy else ""))
