"""Files that a repository lacks or should not have, so that Git and DVC each keep what is theirs."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.engines.adoption import data_steps
from mlops_spec.engines.commands import keep
from mlops_spec.engines.drawn import Step
from mlops_spec.engines.files import LOCK, OWN
from mlops_spec.git import Git, GitError
from mlops_spec.start.adopt.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.engines.drawn import Drawn

_ADD_ID = (
    'uv run python -c "import pandas as p; f = {path!r}; t = p.read_csv(f, dtype=str, keep_default_na=False); '
    "t.insert(0, 'row', range(len(t))); t.to_csv(f, index=False)\" && uv run {keep}"
)


def git_steps(root: Path) -> Iterator[Step]:
    if _git(root) is None:
        yield Step("the repository is not one of Git", "git init --initial-branch main")


def table_steps(root: Path, drawn: Drawn, source: str) -> Iterator[Step]:
    """The table of all rows here, the engine's, and with a column that names its rows."""
    yield from data_steps(root, _git(root), drawn, source)
    if drawn.table != "TODO":
        yield from column_steps(root / drawn.table, drawn.table)


def column_steps(file: Path, path: str) -> Iterator[Step]:
    """What the columns of a table could be; the model knows the file by `path`."""
    found = columns(file)
    if found is None:
        yield Step(f"data.target and data.id are columns of {path}", f"head -n 1 {shlex.quote(path)}")
        return
    names = ", ".join(found.names[:30]) + (", …" if len(found.names) > 30 else "")
    yield Step(f"data.target is a column of {path}: {names}")
    if found.distinct:
        yield Step(f"data.id names a row for good; all values differ in {', '.join(found.distinct[:5])}")
    else:
        yield Step(
            f"data.id: no column of {path} names its rows: let `row` do it, and never number them anew",
            _ADD_ID.format(path=path, keep=keep(shlex.quote(path))),
        )


def left_over_steps(root: Path, drawn: Drawn, source: str) -> Iterator[Step]:
    """What Git has of the old pipeline that would stand in the way of the rendered one."""
    git = _git(root)
    if git is None:
        return
    yield from kept_by_git(root, drawn)
    if git.tracks(str(LOCK)):
        yield Step(f"{LOCK} belongs to releases, not to branches", f"git rm --quiet {LOCK}")
    folder = PurePosixPath(source).parent
    if str(folder) != ".":
        old = [each for each in OWN if (root / folder / each).exists()]
        paths = " ".join(shlex.quote(str(folder / each)) for each in old)
        yield Step("the pipeline is at the root from now on", f"git rm -r --quiet --force {paths}")


def kept_by_git(folder: Path, drawn: Drawn) -> Iterator[Step]:
    """What stages write below the model's folder, and Git has."""
    git = _git(folder)
    written = [path for stage in drawn.sections.get("pipeline", {}).values() for path in stage["writes"]]
    tracked = [path for path in written if path != "TODO" and git is not None and git.tracks(path)]
    if tracked:
        paths = " ".join(map(shlex.quote, tracked))
        yield Step("DVC keeps what stages write, and Git has it", f"git rm -r --cached --quiet {paths}")


def _git(root: Path) -> Git | None:
    if not root.is_dir():
        return None
    git = Git(root)
    try:
        git.run("rev-parse", "--git-dir")
    except GitError:
        return None
    return git
