"""What a repository still lacks, or has too much of, so that Git and DVC each keep what is theirs."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.engines.drawn import Step
from mlops_spec.engines.dvc.config import remote_of
from mlops_spec.git import Git, GitError
from mlops_spec.start.adopt import storage
from mlops_spec.start.adopt.table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.engines.drawn import Drawn

_VERIFY = "uv run dvc remote modify {name} verify true"
_ADD_ID = (
    'uv run python -c "import pandas as p; f = {path!r}; t = p.read_csv(f, dtype=str, keep_default_na=False); '
    "t.insert(0, 'row', range(len(t))); t.to_csv(f, index=False)\" && uv run dvc add {quoted}"
)


def git_steps(root: Path) -> Iterator[Step]:
    if _git(root) is None:
        yield Step("the repository is not one of Git", "git init --initial-branch main")


def dvc_steps(root: Path) -> Iterator[Step]:
    """A DVC repository with one remote that is the default and that jobs can reach."""
    if not (root / ".dvc").is_dir():
        yield Step("DVC keeps data and results", "uv run dvc init")
    names, default = storage.remotes(root)
    if not names:
        yield Step(
            "a DVC remote holds what jobs share: a folder is enough to try, `s3://bucket/path` is for GitHub",
            f"uv run dvc remote add --default storage ../{shlex.quote(root.resolve().name)}-storage"
            f" && {_VERIFY.format(name='storage')}",
        )
    elif default is None:
        yield Step("none of DVC's remotes is the default", f"uv run dvc remote default {shlex.quote(names[0])}")
    elif default.values.get("verify") != "true":
        verify = _VERIFY.format(name=shlex.quote(remote_of(default)))
        yield Step(f"DVC is to check what its remote {remote_of(default)} sends", verify)
    if default and not storage.known(default.values.get("url", "")):
        yield Step(
            f"rendered jobs know no way into {default.values.get('url', '')}: s3, gs, azure, ssh and https they do",
            f"uv run dvc remote modify {shlex.quote(remote_of(default))} url s3://BUCKET/PATH",
        )


def data_steps(root: Path, drawn: Drawn, source: str) -> Iterator[Step]:
    """The table of all rows here, DVC's, and with a column that names its rows."""
    path, git = str(drawn.sections["data"]["path"]), _git(root)
    pointer = f"{path if path != 'TODO' else 'data/rows.csv'}.dvc"
    if hidden := _ignoring_line(git, pointer) if git else "":
        yield Step(f"{hidden} hides {pointer} from Git", _unhiding_command(pointer))
    if path == "TODO":
        return
    quoted = shlex.quote(path)
    here, tracked = (root / path).is_file(), (root / pointer).is_file()
    untrack = f"git rm --cached --quiet {quoted} && " if git and git.tracks(path) else ""
    if tracked and not here and storage.remotes(root)[0]:
        yield Step(
            f"{path} is not here; where no remote has it, bring it and `dvc add` it", f"uv run dvc pull {quoted}"
        )
    elif drawn.claimed:
        yield Step(
            f"{path} is written by the old pipeline: run that once more where it is not here, and DVC keeps it",
            f"{untrack}rm -f {shlex.quote(source)} {layout.DVC_LOCK} && uv run dvc add {quoted}",
        )
    elif not here:
        yield Step(
            f"{path} is not here, and no remote has it: bring it, then let DVC keep it", f"uv run dvc add {quoted}"
        )
    elif untrack or not tracked:
        yield Step(f"{path} is DVC's to keep, not Git's", f"{untrack}uv run dvc add {quoted}")
    yield from _column_steps(root, path)


def _unhiding_command(pointer: str) -> str:
    top, _, below = pointer.partition("/")
    kept = [f"!/{top}/", f"/{top}/**", f"!/{top}/**/", f"!/{top}/**/*.dvc", f"!/{top}/**/.gitignore"]
    lines = " ".join(shlex.quote(line) for line in (kept if below else [f"!/{top}"]))
    return f"printf '%s\\n' '' {lines} >> .gitignore"


def _column_steps(root: Path, path: str) -> Iterator[Step]:
    found = columns(root / path)
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
            _ADD_ID.format(path=path, quoted=shlex.quote(path)),
        )


def left_over_steps(root: Path, drawn: Drawn, source: str) -> Iterator[Step]:
    """What Git has of the old pipeline that would stand in the way of the rendered one."""
    git = _git(root)
    if git is None:
        return
    written = [path for stage in drawn.sections.get("pipeline", {}).values() for path in stage["writes"]]
    tracked = [path for path in written if path != "TODO" and git.tracks(path)]
    if tracked:
        paths = " ".join(map(shlex.quote, tracked))
        yield Step("DVC keeps what stages write, and Git has it", f"git rm -r --cached --quiet {paths}")
    if git.tracks(str(layout.DVC_LOCK)):
        yield Step(f"{layout.DVC_LOCK} belongs to releases, not to branches", f"git rm --quiet {layout.DVC_LOCK}")
    folder = PurePosixPath(source).parent
    if str(folder) != ".":
        old = [each for each in ("dvc.yaml", "dvc.lock", ".dvc", ".dvcignore") if (root / folder / each).exists()]
        paths = " ".join(shlex.quote(str(folder / each)) for each in old)
        yield Step("the pipeline is at the root from now on", f"git rm -r --quiet --force {paths}")


def _ignoring_line(git: Git, path: str) -> str:
    """The line of an ignore file that hides a path, even one that Git has, as DVC asks; empty where none does."""
    try:
        git.run("check-ignore", "--no-index", "--quiet", path)
    except GitError:
        return ""
    place, _, _ = git.text("check-ignore", "--no-index", "--verbose", path).partition("\t")
    return place.strip()


def _git(root: Path) -> Git | None:
    git = Git(root)
    try:
        git.run("rev-parse", "--git-dir")
    except GitError:
        return None
    return git
