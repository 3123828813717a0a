"""Runs the upgrade, from the locked version to the written files, each version in an environment of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.folders import folders_below
from mlops_spec.render.write.bring_back import bring_back
from mlops_spec.repository.requirement import LOCK, PROJECT
from mlops_spec.repository.root import inside
from mlops_spec.start.new import uv
from mlops_spec.upgrade import target
from mlops_spec.upgrade.installed import Installed
from mlops_spec.upgrade.working_copy import aside, changed_lines, changes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Upgraded:
    """What was, what is, and how far that is the same; `finished` is what the new version said of its part.

    By the folder of each model; that of an only one is the root, whose name is empty.
    """

    old: str
    new: str
    locked: Mapping[str, tuple[str | None, str | None]]
    files: Mapping[str, tuple[int, int] | None]
    runs_too: Mapping[str, str]  # stages that would run now and would not have, and why
    errors: tuple[str, ...]
    finished: Mapping[str, Mapping[str, Any]]

    @property
    def same(self) -> bool:
        """Whether nothing that guards or trains differs, and lint finds no error."""
        return all(each["same"] for each in self.finished.values()) and not self.runs_too and not self.errors


def upgrade(root: Path, to: str | None, say: Callable[[str], None]) -> Upgraded | None:
    """Brings the repository to what `to` names, its files as a change that nobody committed; None: it is there already.

    Raises:
        Failure: something is missing or in the way; then no file was touched.
    """
    uv.find()
    _refuse_incomplete(root)
    old = target.locked_version((root / LOCK).read_text(encoding="utf-8"))
    origin = target.chosen(to, old)
    with aside(root) as copy:
        say(f"what {old} makes of it")
        before = Installed.of_lock(copy, copy.with_name("old"))
        folders = _folders(copy)
        described = before.describe_in(folders) if folders else before.describe()
        would_run = before.runs(folders)
        lock = (copy / LOCK).read_text(encoding="utf-8")
        say("locking")
        target.require(copy, origin)
        relocked = (copy / LOCK).read_text(encoding="utf-8")
        new = target.locked_version(relocked)
        if target.entry(relocked) == target.entry(lock):
            return None
        say(f"what {new} makes of it")
        after = Installed.of_lock(copy, copy.with_name("new"))
        finished = _finish(after, described, many=bool(folders))
        changed = changes(copy)
        runs = after.runs(folders)
        done = Upgraded(
            old=old,
            new=new,
            locked=_relocked(lock, relocked),
            files=changed_lines(copy),
            runs_too={name: why for name, why in runs.items() if name not in would_run},
            errors=tuple(after.errors()),
            finished=finished,
        )
        say("writing")
        bring_back(root, changed)
    return done


def _folders(root: Path) -> list[str]:
    """Those of the models of a repository of many; none where the one model lies at the root."""
    if (root / model_folder.SPEC).is_file():
        return []
    return [str(inside(folder, root)) for folder in folders_below(root, ())]


def _finish(after: Installed, described: Mapping[str, Any], *, many: bool) -> Mapping[str, Mapping[str, Any]]:
    file = after.root.with_name("old.json")
    file.write_text(json.dumps({"folders": described} if many else described), encoding="utf-8")
    said = json.loads(after.command("upgrade", "--finish", str(file)))
    return said["folders"] if many else {"": said}


def _refuse_incomplete(root: Path) -> None:
    for name, remedy in (
        (PROJECT, "what is pinned is said there"),
        (LOCK, "run `uv lock` and commit it: the old version is taken from there"),
    ):
        if not (root / name).is_file():
            raise Failure(f"{root} has no {name}", exit_code=Exit.CONFIG, remedy=remedy)
    if not (root / model_folder.SPEC).is_file() and not folders_below(root, ()):
        remedy = "`mlops-spec new` makes a repository, `mlops-spec adopt` a first spec"
        raise Failure(f"{root} has no {model_folder.SPEC}", exit_code=Exit.CONFIG, remedy=remedy)


def _relocked(old: str, new: str) -> dict[str, tuple[str | None, str | None]]:
    before, after = _versions(old), _versions(new)
    names = sorted({*before, *after})
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def _versions(lock: str) -> dict[str, str]:
    return {str(each["name"]): str(each.get("version", "")) for each in target.packages(lock)}
