"""Rows a block at a time, so that what is computed on the way takes no memory that grows with the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 8192  # a block's numbers stay in the cache, and products with it on one thread: BLAS's others only wait


def blocks(rows: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices of at most `size` rows that cover all `rows` in order.

    >>> [(block.start, block.stop) for block in blocks(5, size=2)]
    [(0, 2), (2, 4), (4, 5)]
    """
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))
