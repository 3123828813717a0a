"""Signed notes: a text with the signatures below it, as C2SP signed-note writes them (https://c2sp.org/signed-note).

The text, an empty line, and for each signer a line `— NAME BASE64(key ID, signature)`.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from mlops_spec.regex import regex

_LINE = regex(r"— (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True)
class Signature:
    """One signature line: the signer's name and key ID (four bytes) as it claims them, and the proof."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text that ends in a line break, and who signed it."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        return self.text + ("\n" + "".join(map(str, self.signatures)) if self.signatures else "")


class ForgedError(ValueError):
    """A note is not signed by whom it must be; the message says how so."""


def read(text: str) -> Note:
    """The note that a text is; one whose last paragraph is not signatures has none.

    >>> read("a\\n\\n— bob AAAAAQID\\n").signatures
    (Signature(name='bob', key_id=b'\\x00\\x00\\x00\\x01', value=b'\\x02\\x03'),)
    """
    body, blank, below = text.rpartition("\n\n")
    signatures = [_signature(line) for line in below.removesuffix("\n").split("\n")]
    found = tuple(each for each in signatures if each is not None)
    return Note(f"{body}\n", found) if blank and len(found) == len(signatures) else Note(text)


def _signature(line: str) -> Signature | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        value = base64.b64decode(found["value"], validate=True)
    except binascii.Error:
        return None
    return Signature(found["name"], value[:4], value[4:])
