"""The gate over a measure: on all test rows its interval must lie on the right side of a bound."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, final

from pydantic import Field

from mlops_spec.spec.base import MetricName
from mlops_spec.spec.gates.bearable import of_bound
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import MARGIN, Gate, OnInconclusive, Requirement, within
from mlops_spec.spec.gates.verdicts import judged
from mlops_spec.spec.weakening import Weakening, bounds_moved

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


@final
class MetricGate(Gate):
    """A measure's interval must lie on the right side of the bound."""

    metric: MetricName = Field(description="A measure by scikit-learn's name, or one of `evaluate.metrics`.")
    min: float | None = Field(None, description="Smallest value that the interval may reach down to.", examples=[0.76])
    max: float | None = Field(None, description="Largest value that the interval may reach up to.", examples=[0.03])
    margin: Annotated[float, Field(ge=0)] | None = Field(None, description=MARGIN, examples=[0.01])
    on_inconclusive: OnInconclusive = "block"

    kind: ClassVar[str] = "metric"
    of_rows: ClassVar[bool] = True
    of_measure: ClassVar[bool] = True
    of_quality: ClassVar[bool] = True
    has_baseline: ClassVar[bool] = True

    @property
    def limits(self) -> tuple[float | None, float | None]:
        return self.min, self.max

    def steps(self) -> list[str]:
        return [self.metric]

    def demand(self, evaluate: "Evaluate") -> Demand:
        return Demand(
            id=self.id,
            kind=self.kind,
            metric=self.metric,
            least=self.min,
            most=self.max,
            margin=self.margin,
            better=evaluate.higher_is_better(self.metric),
            review=self.reviewed,
        )

    def requirement(self) -> Requirement:
        return Requirement(self.metric, within(self.min, self.max))

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from bounds_moved(where, self, new)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield from ()

    def bearable(self, bears: list[float], wide: float) -> Iterator[tuple[str, float]]:
        yield from of_bound(self.limits, self.margin, bears, wide)

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        del part_rows
        return {judged(demand, found, rows), "inconclusive"}
