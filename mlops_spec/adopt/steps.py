"""All that is left to do between a draft and a repository that runs, gates and renders, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec import layout
from mlops_spec.git import Git, GitError
from mlops_spec.repository import config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.adopt.drawn import Drawn


class Step(NamedTuple):
    """Something to do, and the command that does it where there is one."""

    what: str
    command: str = ""


def steps(root: Path, drawn: Drawn, source: str) -> tuple[Step, ...]:
    """First what only a person can answer, then what is missing around the spec, then what shows that it works."""
    return (
        Step(f"answer what is marked TODO in {layout.SPEC}"),
        *map(Step, dict.fromkeys(drawn.left)),
        *_missing(root, drawn),
        Step("until it says `no errors`", "mlops-spec lint"),
        Step("write the pipeline, the workflows and all else that follows", _render(root, source)),
        Step("train, measure and package", "uv run mlops-spec run"),
        Step("judge it", "uv run mlops-spec gate"),
        Step("see each gate stop what it must", "uv run mlops-spec drill"),
        Step("commit what was written", "git add --all && git commit --message 'Adopt mlops-spec'"),
    )


def _missing(root: Path, drawn: Drawn) -> Iterator[Step]:
    """What the rendered workflows and the pipeline stand on, and this repository lacks."""
    git = _git(root)
    if git is None:
        yield Step("the repository is not one of Git", "git init --initial-branch main")
    if not (root / ".dvc").is_dir():
        yield Step("DVC keeps data and results", "dvc init")
    if not _remote(root):
        yield Step("a DVC remote holds what jobs share", "dvc remote add --default storage URL")
    path = str(drawn.sections["data"]["path"])
    if path != "TODO" and not (root / f"{path}.dvc").is_file():
        untrack = f"git rm --cached --quiet {path} && " if git and git.tracks(path) else ""
        yield Step(f"DVC does not track {path}", f"{untrack}dvc add {path}")
    if git and git.tracks(str(layout.DVC_LOCK)):
        yield Step(f"{layout.DVC_LOCK} belongs to releases, not to branches", f"git rm --cached {layout.DVC_LOCK}")
    if not (root / "pyproject.toml").is_file():
        yield Step("jobs install what pyproject.toml names", "uv init --bare")
    yield Step("the pipeline's own tool is a dependency", "uv add 'mlops-spec[run]' && uv add --group ops mlops-spec")
    if not (root / "uv.lock").is_file():
        yield Step("jobs install from a lock", "uv lock")


def _git(root: Path) -> Git | None:
    git = Git(root)
    try:
        git.run("rev-parse", "--git-dir")
    except GitError:
        return None
    return git


def _remote(root: Path) -> bool:
    try:
        lines = (root / config.PATH).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(section.remote for section in config.sections(lines))


def _render(root: Path, source: str) -> str:
    adopted = f" --adopt {layout.DVC_FILE}" if source == str(layout.DVC_FILE) else ""
    card = f" --adopt {layout.CARD}" if (root / layout.CARD).is_file() else ""
    return f"mlops-spec render{adopted}{card}"
