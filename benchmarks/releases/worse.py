"""Candidates that are worse than a gate allows, by a truth that is known: how often the gate lets them pass.

The starter's model answers for all rows by cross-fitting: that is the population, of which runs draw as many rows as
the starter tests on. Answers are made worse, with noise or a shift, until the measure of the population is what is
wanted. The candidate lies beyond the bound by the gate's margin, and the anchor at the bound, which is as low as a
version can be that passed outright; a gate without a margin has no anchor, and its candidate lies at the bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from mlops_spec.spec.base import seconds
from mlops_spec.spec.gates import gate_id
from mlops_spec.spec.gates.champion import ChampionGate
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.gates.result import Against, GateResult, Limit
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.gates.weak_slices import WeakSlicesGate
from mlops_validators import estimate
from mlops_validators.fairness import count_groups, disparity

from .starter import LIVE, Ledger, Perturbed, Rival, asked, case_of, rows, spec, trained, truth_of, with_derived

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from mlops_spec.spec.gates.gate import Gate


_SEED = 0.08  # noise on the logit that two seeds of the starter differ by
TESTED = 7_500


@cache
def population() -> tuple[pd.DataFrame, np.ndarray]:
    """All rows, and answers by models that were not trained on them."""
    found = with_derived(rows(), spec().data.derive)
    score, fold = np.empty(len(found)), np.arange(len(found)) % 4
    for part in range(4):
        model = trained(found[fold != part].reset_index(drop=True), part)
        score[fold == part] = model.scores(found[fold == part])
    return found, np.clip(score, 1e-6, 1 - 1e-6)


def noisy(score: np.ndarray, much: float, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
    """Noise of this much on the logit, everywhere or on some rows."""
    noise = rng.normal(size=len(score)) * much
    return np.asarray(expit(logit(score) + (noise if where is None else noise * where)))


def shifted(score: np.ndarray, much: float, where: np.ndarray | None = None) -> np.ndarray:
    return np.asarray(expit(logit(score) + much * (1.0 if where is None else where)))


def as_much(measure: Callable[[float], float], wanted: float, most: float = 8.0) -> float:
    """How much makes the measure of the population what is wanted."""
    return float(brentq(lambda much: measure(much) - wanted, 0, most, xtol=1e-3))


@dataclass(frozen=True)
class Worsened:
    """How answers are made worse for a gate, and what the gate measures of the population then."""

    worsen: Callable[[np.ndarray, float, np.random.Generator, np.ndarray], np.ndarray]  # answers, much, chance, places
    measure: Callable[[float], float]

    def at(self, wanted: float) -> float:
        return as_much(self.measure, wanted)


def _on(where: np.ndarray, metric: str, among: np.ndarray) -> Worsened:
    """Noise where it says, measured among some rows."""
    found, score = population()
    truth = truth_of(found)

    def measure(much: float) -> float:
        answers = noisy(score, much, np.random.default_rng(1), where)
        return estimate(metric, truth[among], answers[among])

    return Worsened(lambda answers, much, rng, places: noisy(answers, much, rng, where[places]), measure)


def _shift(where: np.ndarray, measured: Callable[[np.ndarray], float]) -> Worsened:
    _, score = population()
    return Worsened(
        lambda answers, much, _, places: shifted(answers, much, where[places]),
        lambda much: measured(shifted(score, much, where)),
    )


def _disparity(gate: FairnessGate) -> Worsened:
    found, _ = population()
    truth, by = truth_of(found), found[gate.attributes[0]].to_numpy()

    def measured(score: np.ndarray) -> float:
        labels = (score >= spec().evaluate.threshold).astype(int)
        return disparity(gate.fairness, count_groups(truth, labels, by))

    most = max(set(by), key=lambda value: measured(shifted(population()[1], 0.5, by == value)))
    return _shift((by == most).astype(float), measured)


def worsened(gate: Gate) -> Worsened:
    found, _ = population()
    every = np.ones(len(found))
    match gate:
        case MetricGate(metric="expected_calibration_error"):
            truth = truth_of(found)
            return _shift(every, lambda score: estimate(gate.metric, truth, score))
        case SliceGate():
            value = found[gate.slice].mode()[0]
            return _on(
                (found[gate.slice] == value).to_numpy(float), gate.metric, (found[gate.slice] == value).to_numpy()
            )
        case WeakSlicesGate():
            inside = ((found["sex"] == "male") & (found["education"] == "university")).to_numpy()
            return _on(inside.astype(float), gate.metric, inside)
        case FairnessGate():
            return _disparity(gate)
        case _:
            return _on(every, gate.metric, np.ones(len(found), dtype=bool))  # type: ignore[union-attr]


def ends(gate: Gate, made: Worsened) -> tuple[float, float]:
    """How much makes the version beside it, and the candidate."""
    match gate:
        case ChampionGate():
            return 0.0, made.at(made.measure(0.0) - gate.margin)
        case RobustnessGate():
            return 0.0, made.at(made.measure(0.0) - gate.max_drop)
        case MetricGate() | SliceGate() | WeakSlicesGate() | FairnessGate():
            margin = gate.margin or 0.0
            least = getattr(gate, "min", None)
            wanted = (least, least - margin) if least is not None else (gate.max, (gate.max or 0.0) + margin)
            return made.at(float(wanted[0] or 0.0)), made.at(float(wanted[1] or 0.0))
    raise TypeError(gate)


def passes(gate: Gate, runs: int, seed: int = 0) -> float:
    """Share of runs in which a candidate that is worse by the margin passes the gate."""
    if isinstance(gate, LatencyGate):
        return _slow(gate, runs)
    made = worsened(gate)
    beside, worse = ends(gate, made)
    passed = [_passed(gate, made, (beside, worse), np.random.default_rng((seed, run))) for run in range(runs)]
    return float(np.mean(passed))


def _passed(gate: Gate, made: Worsened, much: tuple[float, float], rng: np.random.Generator) -> bool:
    found, score = population()
    places = rng.integers(0, len(found), TESTED)
    test = found.iloc[places].reset_index(drop=True)
    other, mine = (noisy(made.worsen(score[places], each, rng, places), _SEED, rng) for each in much)
    more: dict[str, object] = {}
    if isinstance(gate, ChampionGate):
        more["rivals"] = {LIVE: Rival(other, Against(LIVE, "v1.0.0", "sha256:" + "0" * 64))}
    elif isinstance(gate, RobustnessGate):
        more["perturbed"], mine = (Perturbed(gate, mine),), other
    else:
        ledger = Ledger()
        ledger.register(_outright(gate, test), other)
        more["anchors"] = ledger
    return asked(case_of(test, test, mine, **more), gate)[0].verdict == "pass"


def _outright(gate: Gate, test: pd.DataFrame) -> list[GateResult]:
    """What the ledger has of the version beside it: that it passed this gate by its own interval."""
    least, most = getattr(gate, "min", None), getattr(gate, "max", None)
    bound = Limit(">=", least) if least is not None else Limit("<=", most or 0.0)
    parts = [f"/{value}" for value in test[gate.slice].unique()] if isinstance(gate, SliceGate) else [""]
    ids = [f"{gate_id(gate)}{part}" for part in parts]
    return [
        GateResult(id=name, kind="", verdict="pass", reason="", bound=bound, value=0.0, low=0.0, high=0.0)
        for name in ids
    ]


def _slow(gate: LatencyGate, runs: int) -> float:
    """Times with a long tail, of which one in a hundred is longer than the limit."""
    found, score = population()
    test, limit = found.head(1000), seconds(gate.latency.p99)
    times = (limit * np.exp(0.5 * (np.random.default_rng(run).normal(size=1000) - 2.3263)) for run in range(runs))
    cases = (replace(case_of(test, test, score[:1000]), latencies=each) for each in times)
    return float(np.mean([asked(case, gate)[0].verdict == "pass" for case in cases]))
