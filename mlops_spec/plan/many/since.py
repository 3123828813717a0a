"""The causes for which a model's stages would run anew since a commit: by Git's objects alone, no data is read."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.files import PIPELINE
from mlops_spec.engines.planned import declared
from mlops_spec.engines.stage import LockedStage
from mlops_spec.errors import Failure
from mlops_spec.plan import Cause, StagePlan
from mlops_spec.plan.causes import Now, plan_stages
from mlops_spec.plan.difference import ABSENT, at
from mlops_spec.repository.requirement import LOCK
from mlops_spec.spec.stages import overlap
from mlops_spec.validate.at_commit import document_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import PurePosixPath
    from typing import Any

    from mlops_spec.engines.stage import Lock, Stage
    from mlops_spec.git import Tree
    from mlops_spec.plan.causes import Upstream
    from mlops_spec.plan.many.locks import Locks
    from mlops_spec.plan.many.objects import Objects


@dataclass(frozen=True)
class States:
    """What is known of the repository in several states, for all models."""

    objects: Objects
    locks: Locks
    #: the revision that is the work tree
    now: str
    #: data beside its pointers that is not what they record: path from the root → its hash
    edited: dict[str, str]


def stages_since(
    states: States, base: Tree, here: PurePosixPath, stages: Iterable[Stage], upstream: Upstream
) -> tuple[StagePlan, ...]:
    """Each stage with its causes since the base, whose tree is that of the folder which the model had there."""
    wanted = tuple(replace(each, reads=(*each.reads, *each.param_files), other_params=()) for each in stages)
    before, now = _State(states, base.commit, base.folder, {}), _State(states, states.now, here, states.edited)
    locked = _lock_at(base, before)
    spec = document_of(now.read(str(model_folder.SPEC)) or b"", model_folder.SPEC).data
    return plan_stages(wanted, locked, Now(spec, now.content, _explained(before, now), upstream))


@dataclass(frozen=True)
class _State:
    """A model's folder in one state of the repository."""

    states: States
    revision: str
    folder: PurePosixPath
    #: as in `States`; of the base none, though it may be the very commit that the work tree is at
    edited: Mapping[str, str]

    def path(self, inside: str) -> str:
        return posixpath.normpath(f"{self.folder}/{inside}")

    def content(self, path: str) -> str:
        whole = self.path(path)
        edits = (content for file, content in self.edited.items() if overlap(file, whole))
        return "|".join([self.states.objects.state(self.revision, whole), *edits]).strip("|")

    def read(self, path: str) -> bytes | None:
        return self.states.objects.contents(self.revision, [self.path(path)])[0]


def _lock_at(base: Tree, before: _State) -> Lock:
    """The base's pipeline as if each stage had run there; what can't be read has no stages, so that all of them run."""
    content, spec = base.read_all([PIPELINE, model_folder.SPEC])
    try:
        data = document_of(spec or b"", model_folder.SPEC).data
        stages = declared((content or b"").decode(errors="replace"))
    except (Failure, KeyError, TypeError, AttributeError):
        return {}
    return {stage.name: _locked(stage, data, before) for stage in stages}


def _locked(stage: Stage, spec: Any, before: _State) -> LockedStage:
    params = {key: value for key in stage.params if (value := at(spec, key)) is not ABSENT}
    reads = {path: before.content(path) for path in (*stage.reads, *stage.param_files)}
    return LockedStage(stage.command, reads, dict.fromkeys(stage.writes, ""), params)


def _explained(before: _State, now: _State) -> Callable[[str, str | None, str | None], Iterator[Cause]]:
    def explain(path: str, old: str | None, new: str | None) -> Iterator[Cause]:
        if now.path(path) == LOCK:
            packages = now.states.locks.causes(now.folder, before.revision, now.revision)
            if packages is not None:
                yield from packages
                return
        found = list(_changed_files(before, now, path))
        yield from found or [Cause("input", path, _present(old), _present(new))]

    return explain


def _changed_files(before: _State, now: _State, path: str) -> Iterator[Cause]:
    """Each file in it with its lines; of another folder than the base's, Git can't tell them."""
    if before.folder != now.folder and not path.startswith("../"):
        return
    words = ("diff-tree", "-r", "-z", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv")
    listed = now.states.objects.git.run(*words, before.revision, now.revision, "--", f":(top,literal){now.path(path)}")
    for line in filter(None, listed.decode(errors="replace").split("\0")):
        added, removed, name = line.split("\t", 2)
        counts = (None if added == "-" else int(added), None if removed == "-" else int(removed))
        yield Cause("input", posixpath.relpath(name, now.folder), None, None, *counts)


def _present(content: str | None) -> str | None:
    return "there" if content else None
