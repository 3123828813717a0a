"""A candidate for a version: where it comes from, its release commit and its tag's message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Exit, Failure
from mlops_spec.git.local import Tree
from mlops_spec.integrity.verifier import Source
from mlops_spec.ledger.query import read
from mlops_spec.release.card.documents import documents
from mlops_spec.release.card.evidence import evidence_of
from mlops_spec.release.past import lived, past
from mlops_spec.spec.measures import champions
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import PurePosixPath

    from mlops_spec.git import Batch, Git
    from mlops_spec.ledger import Head, Record
    from mlops_spec.ledger.record import GateResult, Who
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.spec import Spec

FOLDER = str(model_folder.RELEASE)


@dataclass(frozen=True)
class Candidate:
    """What may become a version: the bundle, and the commit on main that it was made from."""

    bundle: Bundle
    tree: Tree
    spec: Spec
    who: Who
    now: datetime
    pull_request: int | None = None  # that brought it in, where an approver's word was looked for

    @property
    def blocking(self) -> tuple[GateResult, ...]:
        """The gates that stop it today."""
        return self.bundle.blocking(self.now.date().isoformat())

    @property
    def stopping(self) -> tuple[GateResult, ...]:
        """Those of them that no approver's word lets through."""
        return self.bundle.stopping(self.now.date().isoformat())


def candidate_of(git: Git, bundle: Bundle, who: Who, now: datetime | None = None) -> Candidate:
    """The candidate that a bundle is of the model in whose folder the repository was opened; see `candidates_of`."""
    (candidate,) = candidates_of(git, {git.folder: bundle}, who, now)
    return candidate


def candidates_of(
    git: Git, bundles: Mapping[PurePosixPath, Bundle], who: Who, now: datetime | None = None
) -> tuple[Candidate, ...]:
    """The candidates that bundles are, by the folders of their models: main and the ledger are read once for all.

    Each was found to follow from its commit, its spec and the ledger.

    Raises:
        Failure: a commit is not on main, or a bundle was changed (exit 1); the remote doesn't answer (69).
    """
    commits = {commit: git.commit_id(commit) for commit in {bundle.commit for bundle in bundles.values()}}
    trees = {folder: Tree(git, commits[bundle.commit], folder) for folder, bundle in bundles.items()}
    _on_main(git, {tree.commit for tree in trees.values()})
    known = _Records(git)
    return tuple(_candidate(trees[folder], bundle, who, now, known) for folder, bundle in bundles.items())


class _Records:
    """The ledger's records, read when a candidate first needs them."""

    def __init__(self, git: Git) -> None:
        self._git = git

    @cached_property
    def all(self) -> tuple[Record, ...]:
        return read(self._git)


def _candidate(tree: Tree, bundle: Bundle, who: Who, now: datetime | None, known: _Records) -> Candidate:
    spec, now = spec_at(tree), now or datetime.now(UTC)
    compares = bundle.against is not None or champions(spec)
    records = known.all if compares or any(gate.anchor for gate in bundle.judged.gates) else None
    before = (None, None) if records is None else (lived(records, spec.model), past(records, spec.model))
    bundle.verify(Source(tree=tree, spec=spec, today=now.date().isoformat(), lived=before[0], past=before[1]))
    return Candidate(bundle, tree, spec, who, now)


def _on_main(git: Git, commits: Iterable[str]) -> None:
    main = git.fetch_main().commit
    for commit in commits:
        if not git.is_ancestor(commit, main):
            raise Failure(
                f"commit {commit[:12]} is not on the remote's {git.main}",
                exit_code=Exit.FINDINGS,
                remedy="only what was merged is registered; in a workflow, check out with `fetch-depth: 0`",
            )


def release_commit(new: Batch, candidate: Candidate, version: str, documents: Mapping[str, bytes]) -> str:
    """A commit on top of the merge that holds what the pipeline gave, and what that proves; only the tag points to it.

    `documents` are those of `released_documents`.
    """
    files = dict(candidate.bundle.files)
    del files[model_folder.CARD.name]  # the declared one, which the release's own holds
    placed: dict[str, bytes | None] = {str(LOCK): files.pop(LOCK.name)}
    placed |= {f"{FOLDER}/{name}": content for name, content in files.items()}
    placed |= documents
    return new.commit(
        new.tree(candidate.tree.commit, {candidate.tree.at(path): content for path, content in placed.items()}),
        parents=[candidate.tree.commit],
        message=f"Release {candidate.spec.model} {version}\n\n{candidate.bundle.digest}\n",
        when=candidate.now,
    )


def released_documents(candidate: Candidate, version: str) -> dict[str, bytes]:
    """Card, bill and statements; the declared card is main's, wherever the bundle has been.

    Raises Failure when the evidence is of another model.
    """
    declared = candidate.tree.read(model_folder.CARD) or candidate.bundle.files[model_folder.CARD.name]
    evidence = evidence_of(candidate.bundle, candidate.spec, version)
    return documents(evidence, declared.decode(errors="replace"))


def tag_message(candidate: Candidate, version: str, end: Head) -> str:
    """The tag's message; its last lines are a checkpoint of the ledger before it, one more copy to check it by."""
    rows = f"{candidate.bundle.manifest.data.rows:,} rows, sha256:{candidate.bundle.manifest.data.sha256}"
    said = [f"{candidate.spec.model} {version}", f"package {candidate.bundle.digest}\ndata {rows}"]
    if end.commit:
        said.append(str(end.checkpoint).rstrip("\n"))
    return "\n\n".join(said) + "\n"
