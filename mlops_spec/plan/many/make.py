"""The making of the plans of all models that a change touches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.layout import PROJECT
from mlops_spec.lint.load import load_spec, shared_around
from mlops_spec.plan import Cause, StagePlan
from mlops_spec.plan.base import Before, before_at
from mlops_spec.plan.make import Planned, plan_of, planned_model
from mlops_spec.plan.many import Affected, Plans
from mlops_spec.plan.many.bases import common_base, last_judged
from mlops_spec.plan.many.candidates import candidates
from mlops_spec.plan.many.causes import causes_of
from mlops_spec.plan.many.edited import edited_data
from mlops_spec.plan.many.locks import Locks
from mlops_spec.plan.many.names import names_of, twins
from mlops_spec.plan.many.objects import Objects
from mlops_spec.plan.many.origins import origins
from mlops_spec.plan.many.removed import dropped, removed_since
from mlops_spec.plan.many.since import States, stages_since
from mlops_spec.plan.many.work_tree import work_tree
from mlops_spec.plan.many.written import Written
from mlops_spec.plan.training import trains
from mlops_spec.repository.models import meant
from mlops_spec.system.faults import unanswered
from mlops_spec.validate.project import shared_of

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from mlops_spec.git import Git
    from mlops_spec.plan.many import Removed
    from mlops_spec.plan.many.bases import Bases
    from mlops_spec.plan.many.candidates import Candidates
    from mlops_spec.plan.many.work_tree import WorkTree
    from mlops_spec.spec.shared import Shared


def make_plans(git: Git, revision: str | None = None) -> Plans:
    """What the work tree changes in each model against `revision` (default: where the branch left the default one).

    `git` is the repository, opened at its root.

    Raises:
        Failure: there is no such revision, or the clone has not the history to tell (exit 78).
    """
    shared = shared_around(git.directory)
    tree, objects = work_tree(git), Objects(git)
    bases = common_base(git, meant(tree.folders, shared.models), revision, shared.branch)
    making = _Making.of(objects, shared, tree, bases)
    if bases.common and not _same_shared(git, bases.common, shared):
        making.candidates = replace(making.candidates, found=frozenset(bases.of))  # each has what all share
    return making.plans(removed_since(objects, bases.common, tree.revision))


def plans_since_judged(git: Git) -> Plans:
    """What the work tree has of each model that was never judged: since its newest record, registered or stopped.

    Raises:
        Failure: the ledger can't be read (1, 69), or the clone has not the history that it names (78).
    """
    shared = shared_around(git.directory)
    tree, objects = work_tree(git), Objects(git)
    folders = meant(tree.folders, shared.models)
    names = names_of(objects, tree.revision, folders)
    bases, records = last_judged(git, {folder: names.get(folder, "") for folder in folders})
    return _Making.of(objects, shared, tree, bases).plans(dropped(records, frozenset(names.values())))


@dataclass
class _Making:
    git: Git
    shared: Shared
    bases: Bases
    states: States
    candidates: Candidates
    #: folder → the other folder that the base has the model of that name in, None where it has none
    origins: dict[PurePosixPath, PurePosixPath | None]
    affected: dict[PurePosixPath, Affected] = field(default_factory=dict)
    broken: dict[PurePosixPath, Failure] = field(default_factory=dict)
    written: Written = field(default_factory=Written)

    @classmethod
    def of(cls, objects: Objects, shared: Shared, tree: WorkTree, bases: Bases) -> _Making:
        git, now = objects.git, tree.revision
        states = States(objects, Locks(objects), now, edited_data(git, tree.data))
        found = candidates(states, bases.of)
        return cls(git, shared, bases, states, found, origins(objects, bases.of, now, found.found))

    def plans(self, removed: tuple[Removed, ...]) -> Plans:
        self.broken |= twins(self.states.objects, self.states.now, self.bases.of, self.origins)
        open_ = set(self.candidates.found)
        while open_:
            for folder in sorted(open_):
                self._look(folder)
            open_ = set(self.candidates.reading(self.written.since_last()))
        return Plans(
            len(self.bases.of),
            self.bases.words,
            tuple(self.affected[folder] for folder in sorted(self.affected)),
            removed,
            tuple(sorted(self.broken.items())),
            any(base and self.origins.get(folder, folder) is not None for folder, base in self.bases.of.items()),
        )

    def _look(self, folder: PurePosixPath) -> None:
        if folder in self.broken:
            return
        try:
            found = self._affected(folder)
        except Failure as failure:
            self.broken[folder] = failure
            return
        if found:
            self.affected[folder] = found

    def _affected(self, folder: PurePosixPath) -> Affected | None:
        model, base = self._model(folder), self._base(folder)
        upstream = self.written.upstream(folder)
        since = (
            stages_since(self.states, base.tree, folder, model.stages, upstream)
            if base.tree and base.spec
            else _all_stages(model)
        )
        self.written.note(folder, model.spec.model, model.stages, since)
        plan = plan_of(model, base, upstream)
        causes = causes_of(plan, since, new=base.spec is None)
        if not causes and folder not in self.origins:
            return None
        differs = trains(base.spec, model.spec, since, plan.weakened, released=True)
        return Affected(
            model.spec.model,
            folder,
            causes,
            plan,
            differs and plan.trains,
            model.spec.train.compute,
            self.origins.get(folder),
            self.written.followed(folder, model.stages),
        )

    def _model(self, folder: PurePosixPath) -> Planned:
        root: Path = self.git.directory / folder
        spec = load_spec(root / model_folder.SPEC, self.shared)
        return planned_model(replace(self.git, directory=root, folder=folder), spec)

    def _base(self, folder: PurePosixPath) -> Before:
        revision, origin = self.bases.of[folder], self.origins.get(folder, folder)
        if revision is None:
            return Before(None, None, self.bases.none)
        if origin is None:
            return Before(None, None, f"{revision[:12]} has no model of this name")
        return before_at(replace(self.git, folder=origin).here(revision))


def _same_shared(git: Git, base: str, shared: Shared) -> bool:
    try:
        return shared_of(str(PROJECT), git.tree(base).read(PROJECT)) == shared
    except Failure as failure:
        if unanswered(failure):
            raise
        return False


def _all_stages(model: Planned) -> tuple[StagePlan, ...]:
    return tuple(StagePlan(stage.name, (Cause("first", stage.name),)) for stage in model.stages)
