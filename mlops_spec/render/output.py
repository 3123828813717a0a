"""A file to render, as a value: its place, its template, its values and its owner."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CODEOWNERS = PurePosixPath(".github/CODEOWNERS")
DVC_CONFIG = PurePosixPath(".dvc/config")
GIT_IGNORE = PurePosixPath(".gitignore")
GIT_ATTRIBUTES = PurePosixPath(".gitattributes")
DVC_IGNORE = PurePosixPath(".dvcignore")
SHARED = frozenset({CODEOWNERS, DVC_CONFIG, GIT_IGNORE, GIT_ATTRIBUTES, DVC_IGNORE})


class Kind(Enum):
    """Whose a file is."""

    MANAGED = "managed"  # ours: rendered again and again
    SHARED = "shared"  # a part of it is ours, the rest is the user's
    ONCE = "once"  # ours to begin with; from then on promotions change it


@dataclass(frozen=True)
class Output:
    """A file to render: where it goes, from which template (below `template/managed/`), with which values."""

    path: PurePosixPath
    template: str
    values: Mapping[str, object]
    kind: Kind = Kind.MANAGED


@dataclass(frozen=True)
class Rendered:
    """A file as it is to be: `base` is ours alone, `text` has the overlay, or what the user has in the same file."""

    path: PurePosixPath
    kind: Kind
    values: Mapping[str, object]  # what `base` was rendered from
    base: str
    text: str


@dataclass(frozen=True)
class Secret:
    """A secret of the repository, as an expression names it."""

    name: str

    @property
    def expression(self) -> str:
        """What GitHub puts the secret's value in place of."""
        return f"${{{{ secrets.{self.name} }}}}"
