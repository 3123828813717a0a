"""The signers of a note: Ed25519 keys of SSH, whose signatures are made and checked as C2SP signed-note says.

A signer's name is the comment of the key's public half, which `ssh-keygen` writes beside the private one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key, load_ssh_public_key

from mlops_spec.errors import Failure
from mlops_spec.ledger.note import ForgedError, Note, Signature

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_ED25519 = b"\x01"  # the signature type, as the key ID holds it
_MADE_BY = "ssh-keygen -t ed25519 -N '' -C NAME -f FILE"


@dataclass(frozen=True)
class Key:
    """A public key: whose it is, and its 32 bytes."""

    name: str
    public: bytes

    def id_as(self, name: str) -> bytes:
        """The key ID under a name: four bytes."""
        return hashlib.sha256(name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]


@dataclass(frozen=True)
class Signer:
    """Whoever owns a private key."""

    key: Key
    private: Ed25519PrivateKey

    def sign(self, text: str) -> Note:
        """The text with this signer's signature."""
        name = self.key.name
        return Note(text, (Signature(name, self.key.id_as(name), self.private.sign(text.encode())),))


def signers(note: Note, trusted: Iterable[Key]) -> tuple[str, ...]:
    """Which of the trusted keys signed the note; signatures of others say nothing.

    Raises:
        ForgedError: a trusted key's signature is wrong, or none of them signed it.
    """
    found: list[str] = []
    for key in trusted:
        for signature in note.signatures:
            if signature.key_id != key.id_as(signature.name):
                continue
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature.value, note.text.encode())
            except InvalidSignature:
                raise ForgedError(f"the signature of {key.name} is not that of this text") from None
            found.append(key.name)
    if not found:
        raise ForgedError("no trusted key signed it")
    return tuple(dict.fromkeys(found))


def read_trusted(path: Path) -> tuple[Key, ...]:
    """The public keys in a file, one to a line as SSH writes them.

    Raises:
        Failure: there is none, or one that is not Ed25519 (exit 2).
    """
    lines = [line.strip() for line in _content(path).decode(errors="replace").splitlines()]
    keys = tuple(_public(path, line) for line in lines if line and not line.startswith("#"))
    if not keys:
        raise Failure(f"{path}: no public key in it", remedy=_MADE_BY)
    return keys


def read_signer(path: Path) -> Signer:
    """The owner of an SSH private key whose public half lies beside it.

    Raises:
        Failure: it can't be used, or has no name (exit 2).
    """
    try:
        private = load_ssh_private_key(_content(path), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        said = "it has a password" if "assword" in str(error) else "no private key of SSH's"
        raise Failure(f"{path}: {said}", remedy=_MADE_BY) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise Failure(f"{path}: not an Ed25519 key", remedy=_MADE_BY)
    beside = path.with_name(f"{path.name}.pub")
    key = read_trusted(beside)[0]
    if key.public != private.public_key().public_bytes_raw():
        raise Failure(f"{beside} is not the public half of {path}")
    return Signer(key, private)


def _public(path: Path, line: str) -> Key:
    try:
        key = load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Failure(f"{path}: not a public key of SSH's: {line[:40]}", remedy=_MADE_BY) from error
    if not isinstance(key, Ed25519PublicKey):
        raise Failure(f"{path}: not an Ed25519 key: {line[:40]}", remedy=_MADE_BY)
    name = "".join(line.split(maxsplit=2)[2:])
    if not re.fullmatch(r"[^\s+]+", name):
        raise Failure(
            f"{path}: {name!r} can't be a signer's name",
            remedy="a key's comment is its owner's name, without spaces or plus signs: `ssh-keygen -c -C NAME -f FILE`",
        )
    return Key(name, key.public_bytes_raw())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{path}: can't be read: {error.strerror}") from error
