"""Adds a model to a repository: its folder, and what the root needs for it, all together or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines import tracking
from mlops_spec.engines.set_up import is_set_up
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.load import load_spec, shared_around
from mlops_spec.lint.models import models_in
from mlops_spec.outputs.parts import parts_of
from mlops_spec.outputs.sync import sync
from mlops_spec.render.write import summary
from mlops_spec.render.write.bring_back import bring_back
from mlops_spec.repository.requirement import LOCK
from mlops_spec.spec.paths import data_paths
from mlops_spec.start.new import atomic_folder, environment, hooks, requirement, settings, starter, uv
from mlops_spec.start.new.copied import copied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.render.write.journal import Change
    from mlops_spec.start.new.choices import Choices
    from mlops_spec.start.new.copied import Copied
    from mlops_spec.start.new.requirement import Origin
    from mlops_spec.start.new.spot import Spot

_ROOT = PurePosixPath()


@dataclass(frozen=True)
class Added:
    """What came of it; `untold` names folders whose broken spec keeps back what the repository has once."""

    root: Path
    folder: PurePosixPath
    model: str
    starter: str
    owners: tuple[str, ...]
    beside: tuple[str, ...]  # what was changed at the root besides, for Git to have
    untold: tuple[str, ...]
    unhooked: bool  # the root has hooks, and none of them is ours


def add_model(spot: Spot, choices: Choices, *, say: Callable[[str], None]) -> Added:
    """Builds the model in a copy of the checkout and brings all of it back at once; `say` gets each step's name.

    Raises:
        Failure: the name is taken, git or uv is missing or fails, the index doesn't answer, or what was rendered
            before was edited.
    """
    if choices.names.model in spot.taken:
        raise Failure(
            f"a model of this repository is called `{choices.names.model}` already", remedy="choose another --name"
        )
    origin = requirement.running()
    uv.find()
    with atomic_folder.beside(spot.root) as aside:
        copy = copied(spot.root, aside)
        say(f"copying starter {choices.starter}")
        _fill(aside, spot, choices, origin)
        say("locking the dependencies")
        left = _locked(copy)
        say("rendering")  # of the lock, too, which stages wait for
        untold, unhooked = _render(aside, spot.folder), hooks.lack(aside)
        changes = copy.changes(copy.paths() - left)
        say("writing")
        with atomic_folder.undisturbed():
            bring_back(spot.root, changes)
    names = choices.names
    return Added(
        root=spot.root,
        folder=spot.folder,
        model=names.model,
        starter=choices.starter,
        owners=names.owners,
        beside=_outside(spot.folder, changes),
        untold=untold,
        unhooked=unhooked,
    )


def _fill(copy: Path, spot: Spot, choices: Choices, origin: Origin) -> None:
    folder = copy / spot.folder
    starter.copy(choices.starter, choices.names, folder)
    environment.share(copy, spot, choices, origin)
    hooks.lift(copy, spot.folder)
    if not spot.shared.model_fields_set:
        settings.begin(copy, spot, choices)
    settings.leave_out(folder / model_folder.SPEC, shared_around(copy))
    if not is_set_up(copy):
        tracking.initialise(copy, remote=tracking.remote_url(choices.remote, spot.root))
    for path in data_paths(load_spec(folder / model_folder.SPEC).data):
        tracking.track(copy, str(spot.folder / path))


def _locked(copy: Copied) -> frozenset[PurePosixPath]:
    """Writes the lock; the files that building members to read what they require has left besides."""
    before = copy.paths()
    uv.lock(copy.path)
    return copy.paths() - before - {PurePosixPath(LOCK)}


def _render(copy: Path, folder: PurePosixPath) -> tuple[str, ...]:
    """Renders the model's part and the repository's; the folders whose spec is broken, which keeps the latter back."""
    models = models_in(copy)
    for part in parts_of(models):
        if part.shown in (folder, _ROOT):
            blocked = sync(part, {}).blocked_by
            if blocked:
                raise Failure(
                    summary.as_text((), blocked, patches=False).rstrip(),
                    exit_code=Exit.FINDINGS,
                    remedy="nothing was written: do so first, then run this again",
                )
    return tuple(map(str, models.broken))


def _outside(folder: PurePosixPath, changes: tuple[Change, ...]) -> tuple[str, ...]:
    return tuple(sorted({each.path.parts[0] for each in changes if not each.path.is_relative_to(folder)}))
