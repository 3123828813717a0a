"""The gate over slices that nobody named: every value of every column, and every pair of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, final

from pydantic import Field

from mlops_spec.spec.base import ColumnName, MetricName
from mlops_spec.spec.gates.bearable import of_bound
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import MARGIN, Gate, OnInconclusive, Requirement, all_or, within
from mlops_spec.spec.gates.verdicts import sides
from mlops_spec.spec.weakening import Weakening, bounds_moved, columns_left, fell, rose

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


@final
class WeakSlicesGate(Gate):
    """The bound must hold in slices that nobody named: every value of every column, and every pair of them."""

    weak_slices: Annotated[list[ColumnName], Field(min_length=1)] | Literal["all"] = Field(
        description="Columns to cut the rows by, numbers at their quartiles; `all` but target, id and times.",
        examples=["all", ["education", "marriage"]],
    )
    metric: MetricName = Field(description="The measure that must hold in each slice.")
    min: float | None = Field(
        None, description="Smallest value that each slice's interval may reach down to.", examples=[0.65]
    )
    max: float | None = Field(
        None, description="Largest value that each slice's interval may reach up to.", examples=[0.2]
    )
    margin: Annotated[float, Field(ge=0)] | None = Field(None, description=MARGIN, examples=[0.01])
    min_rows: Annotated[int, Field(ge=30)] = Field(200, description="Smaller slices are not looked at.")
    depth: Annotated[int, Field(ge=1, le=2)] = Field(1, description="2 looks at pairs of conditions too.")
    on_inconclusive: OnInconclusive = "block"

    kind: ClassVar[str] = "weak_slices"
    of_rows: ClassVar[bool] = True
    of_parts: ClassVar[bool] = True

    @property
    def limits(self) -> tuple[float | None, float | None]:
        return self.min, self.max

    def steps(self) -> list[str]:
        return ["weak_slices", self.metric]

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
        columns = "every column" if self.weak_slices == "all" else ", ".join(self.weak_slices)
        pairs = ", and in every pair of them" if self.depth == 2 else ""
        what = f"{self.metric} in each slice of {self.min_rows:,} rows or more by {columns}{pairs}"
        return Requirement(what, within(self.min, self.max))

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from bounds_moved(where, self, new)
        yield from rose(f"{where} min_rows", self.min_rows, new.min_rows)
        yield from fell(f"{where} depth", self.depth, new.depth)
        yield from columns_left(f"{where} columns", self.weak_slices, new.weak_slices)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield "weak_slices", all_or(self.weak_slices)

    def bearable(self, bears: list[float], wide: float) -> Iterator[tuple[str, float]]:
        yield from of_bound(self.limits, self.margin, bears, wide)

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        del rows, part_rows
        return {*sides(demand, found), "inconclusive"}

    @classmethod
    def label(cls, found: "Result") -> str:
        return f"weak slices: {found.metric}"

    @classmethod
    def tells(cls, found: "Result") -> bool:
        del found
        return True

    @classmethod
    def part(cls, found: "Result") -> str | None:
        return found.slice
