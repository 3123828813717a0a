"""The parts of a repository that are rendered by themselves: each of its models, and what it has once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.outputs.rendered import render_model, render_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.lint.models import Model, Models
    from mlops_spec.render.output import Rendered

_HERE = PurePosixPath()


@dataclass(frozen=True)
class Part:
    """Files that are written together, all or none, with one list of what is ours; they lie below `path`.

    `shown` is that folder as paths are told and chosen; empty where they are told from there.
    """

    path: Path
    shown: PurePosixPath
    render: Callable[[], tuple[Rendered, ...]]


def part_of(model: Model, shown: PurePosixPath = _HERE) -> Part:
    """The files of a model; of the only one of a repository, all there are."""
    return Part(model.place.path, shown, lambda: render_model(model.place, model.spec))


def parts_of(models: Models) -> Iterator[Part]:
    """The models that a command is about; where these are all, and whole, what the repository has once as well."""
    if models.here:
        yield from map(part_of, models)
        return
    for model in models:
        yield part_of(model, model.place.folder)
    if models.every and not models.broken:
        pairs = [(model.place, model.spec) for model in models]
        yield Part(models.root, _HERE, lambda: render_repository(models.root, models.shared, pairs))


def shared_out(parts: Sequence[Part], choices: Mapping[PurePosixPath, str]) -> Iterator[Mapping[PurePosixPath, str]]:
    """Of what was chosen by path, that of each part: a path is that of the innermost part around it."""
    owners = {path: _owner(parts, path) for path in choices}
    for part in parts:
        yield {path: choice for path, choice in choices.items() if owners[path] is part}


def _owner(parts: Sequence[Part], path: PurePosixPath) -> Part:
    around = [part for part in parts if path.is_relative_to(part.shown)]
    return max(around or parts[-1:], key=lambda part: len(part.shown.parts))
