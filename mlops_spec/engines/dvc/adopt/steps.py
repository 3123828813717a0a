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
    from collections.abc import Iterator
    from pathlib import Path

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
    path = str(drawn.sections["data"]["path"])
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
