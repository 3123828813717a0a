"""The gate over slices: a measure must keep its bound in every value of a column."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, final

from pydantic import Field

from mlops_spec.spec.base import ColumnName, MetricName
from mlops_spec.spec.gates.bearable import of_bound
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import MARGIN, Gate, OnInconclusive, Requirement, within
from mlops_spec.spec.gates.verdicts import judged
from mlops_spec.spec.weakening import Weakening, bounds_moved, fell

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


@final
class SliceGate(Gate):
    """The bound must hold in every value of a column."""

    slice: ColumnName = Field(description="The column whose values are judged one by one.", examples=["age_band"])
    metric: MetricName = Field(description="The measure that must hold in each value.")
    min: float | None = Field(
        None, description="Smallest value that each slice's interval may reach down to.", examples=[0.7]
    )
    max: float | None = Field(
        None, description="Largest value that each slice's interval may reach up to.", examples=[0.2]
    )
    margin: Annotated[float, Field(ge=0)] | None = Field(None, description=MARGIN, examples=[0.01])
    min_rows: Annotated[int, Field(ge=1)] = Field(100, description="A smaller slice is inconclusive.")
    on_inconclusive: OnInconclusive = "block"

    kind: ClassVar[str] = "slice"
    of_rows: ClassVar[bool] = True
    of_parts: ClassVar[bool] = True

    @property
    def limits(self) -> tuple[float | None, float | None]:
        return self.min, self.max

    def steps(self) -> list[str]:
        return ["slice", self.slice, self.metric]

    def demand(self, evaluate: "Evaluate") -> Demand:
        return Demand(
            id=self.id,
            kind=self.kind,
            metric=self.metric,
            least=self.min,
            most=self.max,
            column=self.slice,
            min_rows=self.min_rows,
            margin=self.margin,
            better=evaluate.higher_is_better(self.metric),
            review=self.reviewed,
        )

    def requirement(self) -> Requirement:
        return Requirement(f"{self.metric} in each value of {self.slice}", within(self.min, self.max))

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from bounds_moved(where, self, new)
        yield from fell(f"{where} min_rows", self.min_rows, new.min_rows)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield "slice", self.slice

    def bearable(self, bears: list[float], wide: float) -> Iterator[tuple[str, float]]:
        yield from of_bound(self.limits, self.margin, bears, wide)

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        """Few rows, or chance among many slices, make it inconclusive; nothing makes a pass of another."""
        del rows
        if part_rows is None:
            return {judged(demand, found), "inconclusive"}
        return {judged(demand, found, part_rows, demand.min_rows), "inconclusive"}

    @classmethod
    def label(cls, found: "Result") -> str:
        _, _, rest = found.id.partition("/")
        column = rest.removesuffix(f"/{found.slice}").removesuffix(f"/{found.metric}")
        return f"slice {column}{'' if found.slice is None else f'={found.slice}'}: {found.metric}"
