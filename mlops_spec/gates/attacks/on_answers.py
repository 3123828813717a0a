"""Attacks on gates that read the answers: metrics, champions, slices and robustness."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.gates.attacks.answers import few, inverted
from mlops_spec.gates.attacks.attack import Attack, Blow, answering, draw, only
from mlops_spec.gates.attacks.damages import (
    CONSTANT,
    INVERTED,
    MISCALIBRATED,
    SHUFFLED,
    UNUSABLE,
    damages,
    guards_quality,
)
from mlops_spec.gates.case import Case, Perturbed, Rival
from mlops_spec.gates.judgement import Against
from mlops_spec.spec.gates.champion import ChampionGate
from mlops_spec.spec.gates.robustness import RobustnessGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.drill.target import Target
    from mlops_spec.gates.judgement import GateResult

_MISSING = "no_such_metric"
_OTHER = Against("drill", "v0.0.0", "sha256:" + "0" * 64)


def beside(case: Case, target: Target) -> Case:
    """The case with the last run's own answers as what a champion says, or as those to perturbed rows."""
    gate = target.declared
    if isinstance(gate, ChampionGate):
        return replace(case, rivals={gate.champion: Rival(case.answers.score, _OTHER)})
    if isinstance(gate, RobustnessGate):
        return replace(case, perturbed=(Perturbed(gate, case.answers.score),))
    return case


def _damaged(name: str) -> Attack:
    """All answers damaged, where the gate's metric claims to notice it."""

    def blows(case: Case, target: Target) -> Iterator[Blow]:
        gate: Any = target.declared
        damage = damages(gate.metric).get(name)
        metric_gate = target.kind == "metric"
        if damage and (not metric_gate or guards_quality(case.spec, gate.metric, gate.min, gate.max)):
            yield Blow(_with(beside(case, target), target, damage(case.answers, draw(case))), target)

    return Attack(name, blows)


def _with(case: Case, target: Target, score: np.ndarray) -> Case:
    """A robustness gate compares answers with answers: of its two only those to perturbed rows are damaged."""
    gate = target.declared
    if isinstance(gate, RobustnessGate):
        return replace(case, perturbed=(Perturbed(gate, score),))
    return answering(case, score)


def _unusable() -> Attack:
    def blows(case: Case, target: Target) -> Iterator[Blow]:
        for name, damage in UNUSABLE.items():
            yield Blow(_with(beside(case, target), target, damage(case.answers, draw(case))), target, name)

    return Attack("NaN and infinity", blows)


def _too_few() -> Attack:
    def blows(case: Case, target: Target) -> Iterator[Blow]:
        yield Blow(only(beside(case, target), few(case.answers)), target, "a handful")
        yield Blow(only(beside(case, target), np.arange(0)), target, "none")

    return Attack("too few rows", blows)


def _metric_missing() -> Attack:
    def blows(case: Case, target: Target) -> Iterator[Blow]:
        gate: Any = target.declared
        changed = gate.model_copy(update={"metric": _MISSING})
        against = beside(case, target)
        if isinstance(gate, RobustnessGate):
            against = replace(against, perturbed=(Perturbed(changed, case.answers.score),))
        yield Blow(against, replace(target, declared=changed))

    return Attack("metric missing", blows)


def _itself(result: GateResult) -> bool:
    return result.verdict != "pass" or "is this very package" in result.reason


def _champion_is_the_candidate(case: Case, target: Target) -> Iterator[Blow]:
    gate: Any = target.declared
    same = Against(gate.champion, "v0.0.0", case.digest)
    yield Blow(replace(case, rivals={gate.champion: Rival(case.answers.score, same)}), target, "answers alike")
    other = Rival(inverted(case.answers, draw(case)), same)
    yield Blow(replace(case, rivals={gate.champion: other}), target, "answers otherwise")


def _champion_is_silent(case: Case, target: Target) -> Iterator[Blow]:
    gate: Any = target.declared
    yield Blow(replace(case, rivals={gate.champion: Rival(None, _OTHER, "it can't answer these rows")}), target)


def _nothing_perturbed(case: Case, target: Target) -> Iterator[Blow]:
    gate: Any = target.declared
    yield Blow(replace(case, perturbed=(Perturbed(gate, None, "its columns can't be perturbed"),)), target)


_COMMON = (_unusable(), _too_few(), _metric_missing())
_DAMAGED = tuple(map(_damaged, (SHUFFLED, CONSTANT, INVERTED, MISCALIBRATED)))
ON_METRIC = (*_DAMAGED, *_COMMON)
ON_CHAMPION = (
    *_DAMAGED,
    Attack("champion is the candidate", _champion_is_the_candidate, _itself),
    Attack("champion is silent", _champion_is_silent),
    *_COMMON,
)
ON_ROBUSTNESS = (*_DAMAGED, Attack("nothing perturbed", _nothing_perturbed), *_COMMON)
ON_SLICES = _COMMON
