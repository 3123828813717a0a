"""The models that are no more, and what of them is live."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.ledger.state import replay
from mlops_spec.model_folder import DEPLOY, SPEC
from mlops_spec.plan.many import Removed
from mlops_spec.plan.many.names import names_of
from mlops_spec.release.declared import Declared, parse
from mlops_spec.release.tags import newest, releases

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.plan.many.objects import Objects


def removed_since(objects: Objects, base: str | None, now: str) -> tuple[Removed, ...]:
    """The models that a commit has and the work tree has not; what its deploy files say is live of each."""
    if base is None:
        return ()
    git = objects.git
    folders = _changed_specs(git, base, now)
    before, after = names_of(objects, base, folders), names_of(objects, now, folders)
    gone = ((folder, name) for folder, name in before.items() if name not in after.values())
    return tuple(Removed(name, folder, tuple(_declared(git, base, folder, name))) for folder, name in gone)


def _changed_specs(git: Git, before: str, after: str) -> tuple[PurePosixPath, ...]:
    """The folders whose specs differ; only what differs is looked at."""
    words = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", before, after, "--", f":(top,glob)**/{SPEC}")
    listed = git.run(*words).decode(errors="surrogateescape").split("\0")
    return tuple(PurePosixPath(path).parent for path in listed if path)


def dropped(records: Collection[Record], names: Collection[str]) -> tuple[Removed, ...]:
    """The models of which something is live by the ledger, though the work tree has none of that name."""
    gone = {name: model for name, model in replay(records).models.items() if name not in names and model.live}
    return tuple(
        Removed(name, None, tuple((place, live.version) for place, live in sorted(model.live.items())))
        for name, model in sorted(gone.items())
    )


def _declared(git: Git, base: str, folder: PurePosixPath, model: str) -> Iterator[tuple[str, str]]:
    tree = git.tree(base)
    following = newest(releases(git, model))
    for entry in tree.entries(folder / DEPLOY):
        path = DEPLOY / entry.path.rpartition("/")[2]
        try:
            said = parse(tree.read(entry.path) or b"", path, path.stem)
        except Failure:
            continue  # it declared nothing that could be live
        if isinstance(said, Declared):
            version = said.version
        else:
            version = following.name.rpartition("@")[2] if following else None
        if version:
            yield path.stem, version
