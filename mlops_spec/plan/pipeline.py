"""The stages that will run: the rendered pipeline and the work tree beside the newest release."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.evidence import read_lock
from mlops_spec.engines.files import LOCK
from mlops_spec.engines.planned import hashes_of
from mlops_spec.errors import Exit, Failure
from mlops_spec.plan import Cause, StagePlan
from mlops_spec.plan.causes import NOTHING_UPSTREAM, Now, plan_stages
from mlops_spec.plan.lines import changed_lines
from mlops_spec.plan.packages import package_causes
from mlops_spec.repository.names import names_at
from mlops_spec.repository.requirement import LOCK as ENVIRONMENT
from mlops_spec.validate.at_commit import document_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.engines.stage import Stage
    from mlops_spec.git import Git, Tag
    from mlops_spec.plan.causes import Upstream


def pipeline(
    root: Path, git: Git, stages: tuple[Stage, ...], release: Tag | None, upstream: Upstream = NOTHING_UPSTREAM
) -> tuple[StagePlan, ...]:
    """Plans each of the `stages`; without a release all of them run for the first time.

    Raises:
        Failure: a file of the release is missing or unreadable, or what stands for data that the engine keeps is.
    """
    if release is None:
        return tuple(StagePlan(stage.name, (Cause("first", stage.name),)) for stage in stages)
    lock = git.here(release.target).read(LOCK) or _moved_lock(git, release)
    if lock is None:
        raise Failure(f"{release.name} has no {LOCK}", exit_code=Exit.CONFIG, remedy="git fetch --tags")
    tree = hashes_of(root, git)
    spec = document_of((root / model_folder.SPEC).read_bytes(), model_folder.SPEC).data

    def explain(path: str, before: str | None, after: str | None) -> Iterator[Cause]:
        """A changed input: its files with their lines, where Git can count them; of the shared lock its packages."""
        if git.folder.parts and posixpath.normpath(git.folder / path) == ENVIRONMENT:
            old, new = next(git.read_objects([f"{release.target}:{ENVIRONMENT}"])), (root / path).read_bytes()
            packages = package_causes(git.folder, (old or b"").decode(errors="replace"), new.decode(errors="replace"))
            if packages is not None:
                yield from packages
                return
        found = [] if tree.tracked(path) else [*changed_lines(git, release.target, path)]
        for file in found:
            alone = file.path == path
            yield Cause(
                "input", file.path, before if alone else None, after if alone else None, file.added, file.removed
            )
        if not found:
            yield Cause("input", path, before, after)

    return plan_stages(stages, read_lock(lock), Now(spec, tree.md5, explain, upstream))


def _moved_lock(git: Git, release: Tag) -> bytes | None:
    """That of a release which the model made when it lay in another folder."""
    tree = git.tree(release.target)
    folder = names_at(tree).get(release.name.rpartition("@")[0]) if git.folder.parts else None
    return tree.read(folder / LOCK) if folder else None
