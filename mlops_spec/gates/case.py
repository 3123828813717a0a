"""The case that gates judge: one candidate, its answers for the test rows, and whom it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mlops_spec.pipeline.measured import finite
from mlops_spec.spec.gates.result import Against, GateResult, Limit
from mlops_validators import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.robustness import RobustnessGate
    from mlops_validators import Verdict


@dataclass(frozen=True)
class Rival:
    """A champion's answers for the same rows, or the reason why there are none; `against` when it is known.

    `seen` says how it has seen these rows before, if it has.
    """

    score: np.ndarray | None
    against: Against | None = None
    reason: str = ""
    never_deployed: bool = False
    seen: str = ""


@dataclass(frozen=True)
class Perturbed:
    """The answers when a robustness gate's columns are perturbed, or the reason why there are none."""

    gate: RobustnessGate
    score: np.ndarray | None
    reason: str = ""


class Anchors(Protocol):
    """The versions that hold gates where an interval leaves them open."""

    def of(self, name: str, demand: Demand) -> Rival | None:
        """The version that passed the gate `name` outright, and its answers for the same rows; None: there is none."""


@dataclass(frozen=True)
class Case:
    """The candidate: `test` rows and `answers` in the same order, and what else its gates need."""

    root: Path
    spec: Spec
    digest: str
    data: Table  # the data file, as it is now
    data_changed: bool  # whether it is another file than was split
    train: pd.DataFrame
    test: pd.DataFrame
    answers: Answers
    perturbed: tuple[Perturbed, ...]
    latencies: np.ndarray | None  # seconds of single calls
    package_bytes: int
    rivals: Mapping[str, Rival]
    untimed: str = ""  # why there are no latencies
    anchors: Anchors | None = None
    reseeded: tuple[np.ndarray, ...] = ()  # what models of further seeds answer for the same rows

    def anchor(self, name: str, demand: Demand) -> Rival | None:
        """The version that passed the gate `name` outright, with its answers; None: there is none, or no ledger."""
        return None if self.anchors is None else self.anchors.of(name, demand)


def column(case: Case, name: str) -> pd.Series:
    """A column of the test rows; raises ValueError when they have none of that name."""
    if name not in case.test:
        raise ValueError(f"the test rows have no column `{name}`")
    return case.test[name]


def result(
    gate_id: str,
    kind: str,
    verdict: Verdict,
    interval: Interval | None = None,
    bound: Limit | None = None,
    **more: Any,
) -> GateResult:
    """A result from what the evidence gives; NaN and infinity become None."""
    found = interval or Interval(float("nan"), float("nan"), float("nan"), "")
    return GateResult(
        id=gate_id,
        kind=kind,
        value=finite(found.value),
        low=finite(found.low),
        high=finite(found.high),
        bound=bound,
        verdict=verdict.verdict,
        reason=verdict.reason,
        rows_needed=verdict.rows_needed,
        **more,
    )


def counted(gate_id: str, kind: str, count: int, verdict: Verdict) -> GateResult:
    """A result of a gate that demands that there be none of something; the count is exact."""
    exact = Interval(float(count), float(count), float(count), "exact")
    return result(gate_id, kind, verdict, exact, Limit("=", 0.0))


def limit(minimum: float | None, maximum: float | None, value: float | None = None) -> Limit:
    """The bound to show: of two the one that the value breaks, else the lower one."""
    if minimum is not None and not (maximum is not None and value is not None and value > maximum):
        return Limit(">=", minimum)
    assert maximum is not None
    return Limit("<=", maximum)
