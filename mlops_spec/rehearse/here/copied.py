"""The author's clone of a rehearsal: the user's history, and on top of it each side as it is played.

Played is what the side holds, with its storage in a folder of the rehearsal and without the workflows of other people,
whose actions nobody plays here. Both sides change alike, so that the pull request shows what the user's would.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import layout, model_folder
from mlops_spec.engines.files import SETTINGS
from mlops_spec.engines.settings import stored_in
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import rendered
from mlops_spec.regex import regex
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS
from mlops_spec.render.write import manifest, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path, PurePosixPath

    from mlops_spec.rehearse.here.checkout import Checkout

_STORAGE = regex(r"^storage:.*\n?(?:(?:[ \t].*|[ \t]*#.*|[ \t]*)(?:\n|\Z))*", re.MULTILINE)
_FETCHED = (
    "+HEAD:refs/rehearsed/head",
    "+refs/heads/*:refs/theirs/*",
    "+refs/remotes/origin/*:refs/origin/*",
    "+refs/tags/*:refs/tags/*",
)
LEDGER = f"refs/origin/{layout.LEDGER_BRANCH}"


@dataclass(frozen=True)
class Copied:
    """The clone, and the commits in it that play the two sides; `head` is the base's where nothing is proposed."""

    git: Git
    base: str
    head: str


def others(root: Path) -> tuple[str, ...]:
    """The workflows in a folder that are not rendered by us."""
    listed = root / layout.MANAGED
    ours = manifest.load(listed.read_bytes() if listed.is_file() else None)
    files = sorted((root / WORKFLOWS).glob("*.y*ml"))
    return tuple(file.name for file in files if WORKFLOWS / file.name not in ours)


def copied(checkout: Checkout, clone: Path, storage: Path, person: Mapping[str, str]) -> Copied:
    """Makes the clone; `person` are the variables that say whose commits it makes."""
    clone.mkdir()
    git = Git(clone)
    git.run("init", "--quiet", f"--initial-branch={checkout.default}")
    git.run("fetch", "--quiet", str(checkout.root), *_FETCHED)
    side = _Side(git, storage, person)
    fork = git.text("merge-base", checkout.base, checkout.head)
    start = side.commit(fork, [fork])
    base = start if fork == checkout.base else side.commit(checkout.base, [start, checkout.base])
    if not checkout.proposes:
        return Copied(git, base, base)
    return Copied(git, base, side.commit(checkout.head, [start], checkout.edits, checkout.root))


@dataclass(frozen=True)
class _Side:
    git: Git
    storage: Path
    person: Mapping[str, str]

    def commit(
        self, source: str, parents: list[str], edits: Iterable[PurePosixPath] = (), root: Path | None = None
    ) -> str:
        """A commit of what `source` holds, with edits from the work tree at `root`, as it is played here."""
        self.git.run("read-tree", "--reset", "-u", source)
        for path in edits:
            assert root is not None
            _take(root / path, self.git.directory / path)
        self._adapt()
        self.git.run("-c", f"core.excludesFile={os.devnull}", "add", "--all")
        flags = [flag for parent in parents for flag in ("-p", parent)]
        message = self.git.text("show", "--no-patch", "--format=%s", source)
        tree = self.git.text("write-tree")
        return self.git.run("commit-tree", tree, *flags, "-m", message, env=self.person).decode().strip()

    def _adapt(self) -> None:
        root = self.git.directory
        for name in others(root):
            (root / WORKFLOWS / name).unlink()
        if (settings := root / SETTINGS).is_file():
            settings.write_text(stored_in(settings.read_text(encoding="utf-8"), self.storage), encoding="utf-8")
        spec = root / model_folder.SPEC
        if spec.is_file() and _STORAGE.search(text := spec.read_text(encoding="utf-8")):
            spec.write_text(_STORAGE.sub(f'storage: {{url: "{self.storage}"}}\n', text), encoding="utf-8")
            write(root, rendered(root, load_spec(spec)))


def _take(source: Path, target: Path) -> None:
    if target.is_symlink() or target.is_file():
        target.unlink()
    if source.is_symlink() or source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
