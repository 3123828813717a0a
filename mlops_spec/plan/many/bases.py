"""What each model of a repository is compared with: one commit for all, or the commit that it was last judged at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.query import read
from mlops_spec.plan.base import branching

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import PurePosixPath

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record

_JUDGED = ("register", "gate.outcome")
_DEEPER = "fetch the whole history: `fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`"


@dataclass(frozen=True)
class Bases:
    """The revision of each folder, None where it has none; `words` say what they are, `none` why there is none."""

    words: str
    of: Mapping[PurePosixPath, str | None]
    none: str
    #: the one of all models, where there is one
    common: str | None = None


def common_base(git: Git, folders: Iterable[PurePosixPath], revision: str | None, branch: str) -> Bases:
    """One commit for all: `revision`, else where HEAD left the default branch.

    Raises:
        Failure: there is no such commit, or the history that would tell is cut off (exit 78).
    """
    if revision is None and _shallow(git):
        raise Failure(
            "a shallow clone can't tell where this branch left the default branch",
            exit_code=Exit.CONFIG,
            remedy=f"name the base with --base, or {_DEEPER}",
        )
    commit = git.commit_id(revision) if revision else branching(git, branch)
    words = f"compared with {commit[:12]}" if commit else "there is no commit yet"
    return Bases(words, dict.fromkeys(folders, commit), "there is no commit yet", commit)


def last_judged(git: Git, names: Mapping[PurePosixPath, str]) -> tuple[Bases, tuple[Record, ...]]:
    """For each model the commit of its newest record of a judgement: registered, or stopped at a gate.

    Raises:
        Failure: the ledger can't be read (1, 69), or the clone has not the history that it names (78).
    """
    records = read(git)
    judged = {
        record.what.model: record.from_what.commit for record in records if record.event in _JUDGED and record.from_what
    }
    wanted = {folder: judged.get(name) for folder, name in names.items()}
    commits = sorted({commit for commit in wanted.values() if commit})
    known = dict(zip(commits, git.object_ids([f"{commit}^{{commit}}" for commit in commits]), strict=True))
    if None in known.values() and _shallow(git):
        raise Failure(
            "a shallow clone has not the commits that models were judged at", exit_code=Exit.CONFIG, remedy=_DEEPER
        )
    bases = {folder: commit if commit and known[commit] else None for folder, commit in wanted.items()}
    return Bases("each model compared with what was last judged of it", bases, "it was never judged"), records


def _shallow(git: Git) -> bool:
    return git.text("rev-parse", "--is-shallow-repository") == "true"
