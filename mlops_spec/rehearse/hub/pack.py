"""The wire format of a push: the references that it moves, the pack behind them, and the report that declines it.

https://git-scm.com/docs/pack-protocol
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTHING = "0" * 40
_LARGEST = 65_515  # bytes of one line of a side band


@dataclass(frozen=True)
class Command:
    """A reference that is to move from an object to another; all zeros is none."""

    old: str
    new: str
    ref: str

    @property
    def creates(self) -> bool:
        return set(self.old) == {"0"}

    @property
    def deletes(self) -> bool:
        return set(self.new) == {"0"}


@dataclass(frozen=True)
class Push:
    """What a client sends to receive-pack."""

    commands: list[Command]
    capabilities: frozenset[str]
    pack: bytes

    @classmethod
    def read(cls, body: bytes) -> Push:
        at, lines = _until_flush(body, 0)
        capabilities = frozenset(lines[0].partition(b"\0")[2].decode().split()) if lines else frozenset()
        if "push-options" in capabilities:
            at, _ = _until_flush(body, at)
        moves = (line.partition(b"\0")[0].decode().strip().split(" ", 2) for line in lines)
        return cls(
            [Command(*move) for move in moves if len(move) == len(("old", "new", "ref"))], capabilities, body[at:]
        )


@dataclass(frozen=True)
class Refusal:
    """Why a reference does not move: a reason for git's report, and what the person who pushes is told."""

    ref: str
    reason: str
    told: str = ""


def declined(push: Push, found: list[Refusal]) -> bytes:
    """The answer by which none of the references moves."""
    reasons = {refusal.ref: refusal.reason for refusal in found}
    shared = found[0].reason if found[0].told else "atomic push failure"
    lines = [f"ng {each.ref} {reasons.get(each.ref, shared)}\n" for each in push.commands]
    report = b"".join(_line(text.encode()) for text in ["unpack ok\n", *lines]) + b"0000"
    if "side-band-64k" not in push.capabilities:
        return report
    told = "".join(refusal.told for refusal in found).encode()
    return b"".join([*_band(2, told), *_band(1, report), b"0000"])


def _until_flush(body: bytes, at: int) -> tuple[int, list[bytes]]:
    lines = []
    while (size := int(body[at : at + 4] or b"0", 16)) > 0:
        lines.append(body[at + 4 : at + size])
        at += size
    return at + 4, lines


def _line(content: bytes) -> bytes:
    return f"{len(content) + 4:04x}".encode() + content


def _band(number: int, content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _LARGEST):
        yield _line(bytes([number]) + content[start : start + _LARGEST])
