"""What a text is made of, where hardly two are equal: its words and runs of digits, by their place.

The path of a file, a booking's number or an address is as good as an identifier; yet its folder, prefix or ending may
tell the target. Source: by definition.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.categories import as_column, missing

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything

_PART = re.compile(r"[^\W\d_]+|[0-9]+")
_LONG = 200  # characters of a text that are looked at
_FIRST, _LAST = 6, 3
_DISTINCT = 50  # values at most which cells hold as they are
_FEWEST, _KINDS = 30, 0.5  # rows that share a part, and kinds of a part among the rows


def text_parts(column: ArrayLike) -> dict[str, Anything]:
    """The parts of a column of texts by what they are called: the first six and the last three, or "".

    Nothing of a column that has few different texts, of one that is no text, and of parts that hardly two rows share.

    Args:
        column: shape (n,), of any type.

    Raises:
        ValueError: it is no column.

    >>> texts = [f"scans/{'ab'[number % 2]}/IMG_{number}.dcm" for number in range(100)]
    >>> {name: part[:2].tolist() for name, part in text_parts(texts).items() if name == "part 2"}
    {'part 2': ['a', 'b']}
    """
    values = as_column(column)
    if values.dtype.kind in "biufmM" or len(values) == 0:
        return {}
    lacking = missing(values)
    known = values[~lacking]
    if len(known) == 0 or not isinstance(known[0], str) or len(set(known.tolist())) <= _DISTINCT:
        return {}
    cut = [_PART.findall(text[:_LONG]) if isinstance(text, str) else [] for text in np.where(lacking, "", values)]
    named = {f"part {place + 1}": _at(cut, place) for place in range(_FIRST)}
    named |= {f"part {place} from its end": _at(cut, -place) for place in range(1, _LAST + 1)}
    return {name: part for name, part in named.items() if _groups_rows(part)}


def _at(cut: list[list[str]], place: int) -> Anything:
    least = place + 1 if place >= 0 else -place
    return np.array([parts[place] if len(parts) >= least else "" for parts in cut], dtype=object)


def _groups_rows(part: Anything) -> bool:
    counts = np.unique(part.astype(str), return_counts=True)[1]
    return 2 <= len(counts) <= _KINDS * len(part) and bool(counts.max() >= _FEWEST)
