"""A registered version as its release commit has it: the evidence, and the documents that it carries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.state import version_key
from mlops_spec.place import tag_of
from mlops_spec.release.bundle import FILES, bundle_of
from mlops_spec.release.card.documents import documents
from mlops_spec.release.card.evidence import Evidence, evidence_of
from mlops_spec.release.locations import release_tree
from mlops_spec.render.overlay import difference
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.git import Git, Tree

_AT_ROOT = {LOCK.name: LOCK, model_folder.CARD.name: model_folder.CARD}


@dataclass(frozen=True)
class Released:
    """The release commit's files, and the card that main declared when it was made."""

    tree: Tree
    evidence: Evidence
    declared_card: str

    def expected(self) -> dict[str, bytes]:
        """The documents that follow from the evidence."""
        return documents(self.evidence, self.declared_card)

    def differences(self) -> dict[str, str]:
        """Path → unified diff from what the evidence says to what the release carries, where they disagree."""
        return dict(self._differences())

    def _differences(self) -> Iterator[tuple[str, str]]:
        for path, right in self.expected().items():
            carried = self.tree.read(path)
            if carried is None:
                yield path, f"{path} is missing\n"
            elif carried != right:
                old, new = right.decode(), carried.decode(errors="replace")
                yield path, difference(PurePosixPath(path), old, new) or f"{path} is not UTF-8\n"


def released(git: Git, version: str | None = None) -> Released:
    """A version, the newest one of the remote unless it is named.

    Raises:
        Failure: there is no such version (exit 2), its evidence is incomplete or damaged (1 or 2), or the remote
            doesn't answer (69).
    """
    model = spec_at(git.here()).model
    tag = tag_of(model, version or _newest(git, model))
    if git.resolve(f"refs/tags/{tag}^{{commit}}") is None:
        if f"refs/tags/{tag}" not in git.remote_refs(f"refs/tags/{tag}"):
            raise Failure(f"there is no version {tag}", remedy="`mlops-spec audit log --event register` lists them")
        git.fetch(f"refs/tags/{tag}:refs/tags/{tag}")
    tree = release_tree(git, git.commit_id(f"refs/tags/{tag}"))
    files = {name: _read(tree, tag, str(_AT_ROOT.get(name, model_folder.RELEASE / name))) for name in FILES}
    bundle = bundle_of(files, Path(tag))
    made_from = replace(tree, commit=git.commit_id(f"{tree.commit}^"))
    declared = _read(made_from, f"what {tag} was made from", str(model_folder.CARD))
    evidence = evidence_of(bundle, spec_at(tree), tag.rpartition("@")[2])
    return Released(tree, evidence, declared.decode(errors="replace"))


def _newest(git: Git, model: str) -> str:
    prefix = f"refs/tags/{tag_of(model, '')}"
    names = [ref.removeprefix(prefix) for ref in git.remote_refs(f"{prefix}v*") if not ref.endswith("^{}")]
    versions = [name for name in names if name.removeprefix("v").replace(".", "").isdigit()]
    if not versions:
        raise Failure(f"no version of {model} is registered", remedy="name a bundle with --bundle")
    return max(versions, key=version_key)


def _read(tree: Tree, source: str, path: str) -> bytes:
    content = tree.read(path)
    if content is None:
        raise Failure(
            f"{source} has no {path}", exit_code=Exit.FINDINGS, remedy="`mlops-spec register` made no such tag"
        )
    return content
