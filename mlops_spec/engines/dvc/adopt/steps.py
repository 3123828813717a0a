"""Steps that a repository still needs so that DVC keeps its data and results, and jobs reach them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mlops_spec.engines.drawn import Step
from mlops_spec.engines.dvc.config import shared
from mlops_spec.engines.dvc.names import FOLDER, LOCK
from mlops_spec.git import GitError
from mlops_spec.spec.storage import is_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path, PurePosixPath

    from mlops_spec.engines.drawn import Drawn
    from mlops_spec.git import Git

_VERIFY = "uv run dvc remote modify {name} verify true"


def setup_steps(root: Path) -> Iterator[Step]:
    """A DVC repository with one remote that is the default and that jobs can reach."""
    if not (root / FOLDER).is_dir():
        yield Step("DVC keeps data and results", "uv run dvc init")
    settings = shared(root)
    default = settings.default
    if not settings.remotes:
        yield Step(
            "a DVC remote holds what jobs share: a folder is enough to try, `s3://bucket/path` is for GitHub",
            f"uv run dvc remote add --default storage ../{shlex.quote(root.resolve().name)}-storage"
            f" && {_VERIFY.format(name='storage')}",
        )
    elif default is None:
        first = shlex.quote(settings.remotes[0].name)
        yield Step("none of DVC's remotes is the default", f"uv run dvc remote default {first}")
    elif not default.is_verified:
        verify = _VERIFY.format(name=shlex.quote(default.name))
        yield Step(f"DVC is to check what its remote {default.name} sends", verify)
    if default and not is_known(default.url):
        yield Step(
            f"rendered jobs know no way into {default.values.get('url', '')}: s3, gs, azure, ssh and https they do",
            f"uv run dvc remote modify {shlex.quote(default.name)} url s3://BUCKET/PATH",
        )


def data_steps(root: Path, git: Git | None, drawn: Drawn, source: str) -> Iterator[Step]:
    """The table of all rows here, and DVC's; `source` is the pipeline that it was drawn from."""
    path = drawn.table
    pointer = f"{path if path != 'TODO' else 'data/rows.csv'}.dvc"
    if hidden := _ignoring_line(git, pointer) if git else "":
        yield Step(f"{hidden} hides {pointer} from Git", _unhiding_command(pointer))
    if path == "TODO":
        return
    quoted = shlex.quote(path)
    here, tracked = (root / path).is_file(), (root / pointer).is_file()
    untrack = f"git rm --cached --quiet {quoted} && " if git and git.tracks(path) else ""
    if tracked and not here and shared(root).remotes:
        yield Step(
            f"{path} is not here; where no remote has it, bring it and `dvc add` it", f"uv run dvc pull {quoted}"
        )
    elif drawn.claimed:
        yield Step(
            f"{path} is written by the old pipeline: run that once more where it is not here, and DVC keeps it",
            f"{untrack}rm -f {shlex.quote(source)} {LOCK} && uv run dvc add {quoted}",
        )
    elif not here:
        yield Step(
            f"{path} is not here, and no remote has it: bring it, then let DVC keep it", f"uv run dvc add {quoted}"
        )
    elif untrack or not tracked:
        yield Step(f"{path} is DVC's to keep, not Git's", f"{untrack}uv run dvc add {quoted}")


def brought(root: Path, git: Git | None, source: str, folder: PurePosixPath, target: str) -> Iterator[Step]:
    """A table, by its path from the root, becomes `target` in the folder of its model."""
    here = shlex.quote(str(folder))
    if hidden := _ignoring_line(git, f"{folder / target}.dvc") if git else "":
        yield Step(f"{hidden} hides {folder / target}.dvc from Git", f"(cd {here} && {_unhiding_command(target)})")
    new, place = shlex.quote(str(folder / target)), shlex.quote(str((folder / target).parent))
    what = f"a model's data lie in its folder, where DVC keeps {source}"
    if (root / f"{source}.dvc").is_file():
        pull = "pull" if shared(root).remotes else "checkout"
        copy = f"cp {shlex.quote(f'{source}.dvc')} {place}/"
        yield Step(f"{what}, once and by both names", f"mkdir -p {place} && {copy} && uv run dvc {pull} {new}.dvc")
    elif (root / source).is_file():
        yield Step(what, f"mkdir -p {place} && cp {shlex.quote(source)} {place}/ && uv run dvc add {new}")
    else:
        yield Step(f"{what}: it is not here, so bring it to {folder / target}", f"uv run dvc add {new}")


def own_repositories(root: Path, folders: Sequence[PurePosixPath]) -> Iterator[Step]:
    """DVC repositories in folders, which become part of the one at the root."""
    for folder in dict.fromkeys(folders):
        path = folder / FOLDER
        if folder.parts and (root / path).is_dir():
            quoted = shlex.quote(str(path))
            remotes = ", ".join(f"{each.name} ({each.url})" for each in shared(root / folder).remotes) or "no remote"
            yield Step(
                f"{path} is a DVC repository of its own, with {remotes}, and one at the root serves all models: "
                "what it keeps goes there",
                f"mkdir -p .dvc/cache && (test ! -d {quoted}/cache || cp -rn {quoted}/cache/. .dvc/cache/) && "
                f"git rm -rq --cached --ignore-unmatch {quoted} && rm -rf {quoted}",
            )


def _unhiding_command(pointer: str) -> str:
    top, _, below = pointer.partition("/")
    kept = [f"!/{top}/", f"/{top}/**", f"!/{top}/**/", f"!/{top}/**/*.dvc", f"!/{top}/**/.gitignore"]
    lines = " ".join(shlex.quote(line) for line in (kept if below else [f"!/{top}"]))
    return f"printf '%s\\n' '' {lines} >> .gitignore"


def _ignoring_line(git: Git, path: str) -> str:
    """The line of an ignore file that hides a path, even one that Git has, as DVC asks; empty where none does."""
    try:
        git.run("check-ignore", "--no-index", "--quiet", path)
    except GitError:
        return ""
    place, _, _ = git.text("check-ignore", "--no-index", "--verbose", path).partition("\t")
    return place.strip()
