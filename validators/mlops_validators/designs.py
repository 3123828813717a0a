"""How rows were drawn: from the arrays that say so, and with equal rows counted together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import row_weights
from mlops_validators.blocks import blocks
from mlops_validators.bootstrap import Design, single

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Integers


def design_of(
    rows: int, groups: ArrayLike | None, strata: ArrayLike | None, weights: ArrayLike | None = None
) -> Design:
    """Rows that are drawn one by one, by whole groups, or so many from each stratum, and what each counts.

    Args:
        rows: how many there are.
        groups: (n,); rows of one group depend on each other.
        strata: (n,); the rows were drawn so many from each.
        weights: (n,); above 0.

    Raises:
        ValueError: groups and strata are given, one has another shape, there is one group only, or a weight is not
            above 0.

    >>> design_of(4, ["a", "a", "b", "b"], None).cluster
    array([0, 0, 1, 1], dtype=int32)
    """
    if groups is not None and strata is not None:
        raise ValueError("give `groups` or `strata`, not both")
    weight = None if weights is None else row_weights(weights, rows)
    if weight is not None and not weight.all():
        raise ValueError("`weights` has values of 0: leave those rows out")
    cluster, stratum = _codes("groups", groups, rows), _codes("strata", strata, rows)
    return replace(single(rows), cluster=cluster, stratum=stratum, weight=weight)


def _codes(name: str, values: ArrayLike | None, rows: int) -> Integers | None:
    if values is None:
        return None
    found = np.asarray(values)
    if found.shape != (rows,):
        raise ValueError(f"`{name}` has shape {found.shape}; it must have one value for each of {rows} rows")
    unique = np.unique(found)
    if name == "groups" and len(unique) < 2:
        raise ValueError("`groups` has one group only, so nothing varies between groups")
    codes: Integers = np.empty(rows, dtype=np.int32 if rows < 2**31 else np.intp)
    for block in blocks(rows):
        codes[block] = np.searchsorted(unique, found[block])
    return codes


def merged_rows(design: Design, *columns: Integers) -> tuple[Design, Sequence[Integers]]:
    """Equal rows become one with a count; with it the columns of one row of each kind.

    Not when there are so many kinds (of thousands of classes) that leaving out each would cost more than all rows do.

    >>> merged, (truth, label) = merged_rows(single(5), np.array([0, 1, 1, 1, 0]), np.array([0, 1, 1, 0, 0]))
    >>> truth, label, merged.counts
    (array([0, 1, 1]), array([0, 0, 1]), array([2, 1, 2]))
    """
    if not design.alone:
        return design, columns
    sizes = tuple(int(column.max()) + 1 for column in columns)
    parts = [
        np.unique(np.ravel_multi_index([column[block] for column in columns], sizes), return_counts=True)
        for block in blocks(len(columns[0]))
    ]
    kinds, place = np.unique(np.concatenate([kind for kind, _ in parts]), return_inverse=True)
    if len(kinds) ** 2 > 1000 * len(columns[0]):
        return design, columns
    counts = np.bincount(place, weights=np.concatenate([count for _, count in parts]))
    return Design(counts.astype(np.intp)), np.unravel_index(kinds, sizes)
