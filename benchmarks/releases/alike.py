"""Candidates that are as good as the live version: it trained again with another seed, or on refreshed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .starter import LIVE, Ledger, Model, Rival, judged, of_every_model, open_gates, sides, trained

if TYPE_CHECKING:
    import pandas as pd

    from mlops_spec.spec.gates.result import GateResult

_REFRESHED = 0.1  # of the rows, that another tenth takes the place of

Found = dict[str, set[str] | None]


def run(number: int) -> Found:
    """Which gates did not pass, by kind of candidate: the `first` version, and beside it, if it passed, the others."""
    train, test = sides(f"run {number}")
    live = trained(train, 2 * number)
    passed, rows = judged(train, test, live), open_gates(of_every_model(train, test))
    found: Found = {"first": open_gates(passed) | rows, "seed": None, "rows": None}
    if not found["first"]:
        found["seed"] = rows | _second(train, test, trained(train, 2 * number + 1), live, passed)
    rng = np.random.default_rng(number)
    (train, test), (old_train, old_test) = ([_some(side, rng) for side in (train, test)] for _ in range(2))
    live = trained(old_train, 2 * number)
    passed = judged(old_train, old_test, live)
    if not open_gates(passed):
        rows = open_gates(of_every_model(train, test))
        found["rows"] = rows | _second(train, test, trained(train, 2 * number + 1), live, passed)
    return found


def _some(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return rows[rng.random(len(rows)) >= _REFRESHED].reset_index(drop=True)


def _second(
    train: pd.DataFrame, test: pd.DataFrame, candidate: Model, live: Model, passed: list[GateResult]
) -> set[str]:
    """What does not pass of a candidate beside the live version, which passed when it was the first."""
    ledger = Ledger()
    score = live.scores(test)
    rival = Rival(score, ledger.register(passed, score))
    return open_gates(judged(train, test, candidate, rivals={LIVE: rival}, anchors=ledger))
