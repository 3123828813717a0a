"""An attack: a case made worse in a way that its gate claims to stop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.gates.case import Case, Rival
    from mlops_spec.spec.gates.result import GateResult


G = TypeVar("G")


@dataclass(frozen=True)
class Blow(Generic[G]):
    """One form of an attack: the case that results and the gate it is put to; `name` tells it from its siblings."""

    case: Case
    gate: G
    name: str = ""


def stops(result: GateResult) -> bool:
    """A gate stops what it does not pass."""
    return result.verdict != "pass"


@dataclass(frozen=True)
class Attack(Generic[G]):
    """`blows` gives all forms of it; none where the gate does not claim to stop it."""

    name: str
    blows: Callable[[Case, G], Iterator[Blow[G]]]
    noticed: Callable[[GateResult], bool] = stops


def answering(case: Case, score: np.ndarray) -> Case:
    """The case with other answers of the candidate."""
    return replace(case, answers=replace(case.answers, score=score))


def only(case: Case, rows: np.ndarray) -> Case:
    """The case with some of its test rows, by position."""
    return replace(
        case,
        test=case.test.iloc[rows],
        answers=case.answers.of(rows),
        perturbed=tuple(replace(each, score=_of(each.score, rows)) for each in case.perturbed),
        rivals={name: _rival_of(rival, rows) for name, rival in case.rivals.items()},
        reseeded=tuple(each[rows] for each in case.reseeded),
    )


def draw(case: Case) -> np.random.Generator:
    """Chance that is the same in every drill of a spec."""
    return np.random.default_rng(case.spec.train.seed)


def _rival_of(rival: Rival, rows: np.ndarray) -> Rival:
    return replace(rival, score=_of(rival.score, rows))


def _of(score: np.ndarray | None, rows: np.ndarray) -> Any:
    return None if score is None else score[rows]
