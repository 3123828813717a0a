"""Checkpoints: the ledger's name, size and root in three lines, as C2SP tlog-checkpoint writes them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    import re

    from mlops_spec.ledger.merkle import Frontier

_NOTE = regex(
    r"(?:\A|\n\n)(?P<origin>[^\s\x00-\x1f]+)\n(?P<size>0|[1-9][0-9]{0,15})\n(?P<root>[A-Za-z0-9+/]{43}=)\n?\Z"
)
# In one line of a longer text, as the pull request of a promotion has it.
_LINE = regex(
    r"ledger `(?P<origin>[^\s`]+)` has (?P<size>0|[1-9][0-9]{0,15}) records, root `(?P<root>[A-Za-z0-9+/]{43}=)`"
)


@dataclass(frozen=True)
class Checkpoint:
    """The first `size` records of the ledger `origin` have this Merkle root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def line(self) -> str:
        """The same as part of a text for people."""
        return f"ledger `{self.origin}` has {self.size} records, root `{base64.b64encode(self.root).decode()}`"


def checkpoint(origin: str, frontier: Frontier) -> Checkpoint:
    """What `frontier` commits the ledger to."""
    return Checkpoint(origin, frontier.size, frontier.root)


def parse(text: str) -> Checkpoint | None:
    """The checkpoint that a text ends with (a note's body, or a tag's message), or None.

    >>> parse("churn v1.0.0\\n\\nlocal/churn\\n0\\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\\n").size
    0
    """
    return _read(_NOTE.search(text))


def mentioned(text: str) -> Checkpoint | None:
    """The checkpoint that a text tells in a line of its own, or None."""
    return _read(_LINE.search(text))


def _read(found: re.Match[str] | None) -> Checkpoint | None:
    if found is None:
        return None
    try:
        return Checkpoint(found["origin"], int(found["size"]), base64.b64decode(found["root"], validate=True))
    except binascii.Error:
        return None
