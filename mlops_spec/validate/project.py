"""What the models of a repository share, from the bytes of the `pyproject.toml` at its root."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mlops_spec.document import toml
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import TABLE
from mlops_spec.spec.shared import Shared
from mlops_spec.validate import validate_shared

if TYPE_CHECKING:
    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Diagnostic

_NAMED = b"mlops-spec"


@lru_cache(maxsize=8)  # of a commit that many models are read from, once
def shared_of(name: str, content: bytes | None) -> Shared:
    """What all models share; nothing where there is no file or no table.

    Raises:
        Failure: it is no TOML, or the table says what it can't, each at its place (exit 78).
    """
    found = read_shared(name, content)
    if isinstance(found, Shared):
        return found
    raise Failure("\n".join(map(str, found)), exit_code=Exit.CONFIG, remedy="`mlops-spec explain tool.mlops-spec`")


def read_shared(name: str, content: bytes | None) -> Shared | list[Diagnostic]:
    """What all models share, or what is wrong with it."""
    document = document_of(name, content)
    return validate_shared(document) if not isinstance(document, list) else document


def document_of(name: str, content: bytes | None) -> Document | list[Diagnostic]:
    """The table with its places; empty where there is none."""
    return toml.parse(name, content if content and _NAMED in content else b"", TABLE)
