"""The Merkle tree over the records' bytes (RFC 6962, section 2.1), grown leaf by leaf from its right edge."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Frontier:
    """The roots of the complete subtrees that `size` leaves fall into, the largest first: all that growing needs."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def grown(self, leaf: bytes) -> Frontier:
        """With one more leaf; the cost is logarithmic in `size`."""
        roots, node, carry = self.roots, hashlib.sha256(b"\x00" + leaf).digest(), self.size
        while carry & 1:
            roots, node = roots[:-1], _node(roots[-1], node)
            carry >>= 1
        return Frontier(self.size + 1, (*roots, node))

    def text(self) -> bytes:
        """One root to a line, in base64."""
        return b"".join(base64.b64encode(root) + b"\n" for root in self.roots)

    @classmethod
    def parse(cls, size: int, text: bytes) -> Frontier:
        """The frontier of `size` leaves that `text` writes.

        Raises:
            ValueError: these are not its roots.
        """
        roots = tuple(base64.b64decode(line, validate=True) for line in text.split())
        if len(roots) != size.bit_count() or any(len(root) != 32 for root in roots):
            raise ValueError(f"{size} leaves do not have {len(roots)} such roots")
        return cls(size, roots)

    @property
    def root(self) -> bytes:
        """The tree's root.

        >>> Frontier().root.hex()[:16], Frontier().grown(b"").root.hex()[:16]
        ('e3b0c44298fc1c14', '6e340b9cffb37a98')
        """
        if not self.roots:
            return hashlib.sha256(b"").digest()
        *larger, node = self.roots
        for root in reversed(larger):
            node = _node(root, node)
        return node


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
