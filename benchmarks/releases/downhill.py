"""A line of releases, each worse than the live one by half a margin: how much is lost before it is stopped."""

from __future__ import annotations

from functools import cache

import numpy as np

from mlops_spec.spec.gates.champion import ChampionGate

from .starter import LIVE, Ledger, Rival, asked, case_of, spec
from .worse import TESTED, noisy, population, worsened

RELEASES = 20


@cache
def _much(gate_place: int, step: int) -> float:
    """How much noise makes the population's measure worse by so many halves of the margin."""
    gate = spec().gates[gate_place]
    assert isinstance(gate, ChampionGate)
    made = worsened(gate)
    return made.at(made.measure(0.0) - step * gate.margin / 2) if step else 0.0


def lost(number: int) -> float:
    """Margins that were lost when all releases were tried; each is another attempt on the version that is live then."""
    rng = np.random.default_rng((7, number))
    place = next(place for place, gate in enumerate(spec().gates) if isinstance(gate, ChampionGate))
    gate = spec().gates[place]
    found, score = population()
    places = rng.integers(0, len(found), TESTED)
    test, ledger, step = found.iloc[places].reset_index(drop=True), Ledger(), 0
    live = score[places]
    against = ledger.register(asked(case_of(test, test, live), gate), live)
    for _ in range(RELEASES):
        mine = noisy(score[places], _much(place, step + 1), rng)
        told = asked(case_of(test, test, mine, rivals={LIVE: Rival(live, against)}, anchors=ledger), gate)
        if told[0].verdict == "pass":
            live, step = mine, step + 1
            against = ledger.register(told, live)
    return step / 2
