"""YAML and the spec as a commit has them, read without a checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mlops_spec.document import Document
from mlops_spec.document.diagnostic import Diagnostic
from mlops_spec.document.parse import parse
from mlops_spec.document.source import decode
from mlops_spec.errors import Failure
from mlops_spec.layout import PROJECT
from mlops_spec.model_folder import SPEC
from mlops_spec.validate import validate
from mlops_spec.validate.project import shared_of

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from mlops_spec.git import Tree
    from mlops_spec.spec import Spec


class Files(Protocol):
    """The files of main at one commit, such as `git.Tree`."""

    def read(self, path: str | PurePosixPath, /) -> bytes | None:
        """A file's bytes, or None where there is no such file."""


def spec_at(tree: Tree) -> Spec:
    """The spec of a commit, completed by what the models of its repository share.

    Raises:
        Failure: there is none, or it is invalid (exit 2).
    """
    content, project = tree.root.read_all([tree.at(SPEC), PROJECT])
    if content is None:
        raise Failure(f"{SPEC}: no such file in this commit")
    found = validate(document_of(content, SPEC), shared_of(str(PROJECT), project))
    if isinstance(found, list):
        raise Failure("\n".join(map(str, found)), remedy=f"run `mlops-spec lint {SPEC}`")
    return found


def elsewhere(spec: Spec, default: str) -> str:
    """What is wrong where a spec is released from another branch than the repository's default; empty: nothing."""
    if spec.branch == default:
        return ""
    return f"the repository's default branch is {default}, but its {SPEC} says `branch: {spec.branch}`"


def document_of(content: bytes, path: PurePosixPath) -> Document:
    """A YAML file by the loader's strict rules: no key twice, no anchors, no tags.

    Raises:
        Failure: saying where and what (exit 2).
    """
    text = decode(content, str(path))
    found: Any = text if isinstance(text, Diagnostic) else parse(str(path), text)
    if isinstance(found, Document):
        return found
    raise Failure("\n".join(map(str, found if isinstance(found, list) else [found])))
