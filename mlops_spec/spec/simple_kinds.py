"""The names of the simple models that a candidate is measured beside."""

from __future__ import annotations

from typing import Literal

SimpleKind = Literal[
    "logistic regression", "ridge regression", "seasonal naive forecast", "copy of the input", "most frequent text"
]
SEASONAL: SimpleKind = "seasonal naive forecast"
COPY: SimpleKind = "copy of the input"
MOST_FREQUENT: SimpleKind = "most frequent text"
# Of simple models that nothing was fitted to: what the other one is called, in place of a constant.
BESIDE: dict[str | None, str] = {SEASONAL: "naive forecast", COPY: MOST_FREQUENT, MOST_FREQUENT: MOST_FREQUENT}
