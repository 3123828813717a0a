"""What a rule finds at an address of a document, and the change that would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address, Span


class Change(NamedTuple):
    """One step of a fix: a value written as `text`, under a new key where there is none; without a text, taken out."""

    address: Address
    text: str | None
    #: the key is written instead of its value
    at_key: bool = False
    #: the only piece of a longer text that is written instead of all of it
    piece: str = ""
    #: a new key goes in front of this one; else behind the last
    before: str = ""


class Finding(NamedTuple):
    """What a rule found at an address."""

    address: Address
    message: str
    #: what would be right
    hint: str = ""
    #: point at the key rather than at its value
    at_key: bool = False
    #: the one right answer, where there is one
    fix: tuple[Change, ...] = ()
    #: the file that the address is in; none: the spec
    document: Document | None = None
    #: the piece of a longer text at the address to point at; none: the whole
    piece: str = ""
    #: how often the text has that piece before
    earlier: int = 0
    #: the place itself, in a document that has no addresses
    span: Span | None = None
