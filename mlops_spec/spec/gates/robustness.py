"""The gate on perturbed inputs: a measure must not drop by more than a bound."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, final

from pydantic import Field

from mlops_spec.spec.base import ColumnName, MetricName
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import Gate, OnInconclusive, Requirement, all_or, listed
from mlops_spec.spec.gates.verdicts import unless_alike
from mlops_spec.spec.weakening import Weakening, columns_left, fell, rose

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


@final
class RobustnessGate(Gate):
    """The measure must not drop by more than `max_drop` when the inputs are perturbed."""

    robustness: Literal["missing", "noise", "unseen_category", "shift", "rounding", "typos", "case", "whitespace"] = (
        Field(
            description="How the inputs are perturbed; `typos`, `case` (all in capitals) and `whitespace` are of texts."
        )
    )
    columns: list[ColumnName] | Literal["all"] = Field(
        "all", description="Which features are perturbed, or all that the kind fits.", examples=["all", ["education"]]
    )
    rate: Annotated[float, Field(gt=0, le=1)] = Field(0.1, description="Share of the values that is perturbed.")
    metric: MetricName = Field(description="The measure that may drop.")
    max_drop: Annotated[float, Field(ge=0)] = Field(description="Largest drop of the measure.", examples=[0.03])
    on_inconclusive: OnInconclusive = "block"

    kind: ClassVar[str] = "robustness"
    of_rows: ClassVar[bool] = True

    @property
    def may_lose(self) -> tuple[str, float]:
        return "max_drop", self.max_drop

    def steps(self) -> list[str]:
        return ["robustness", self.robustness, self.metric]

    def demand(self, evaluate: "Evaluate") -> Demand:
        del evaluate
        return Demand(id=self.id, kind=self.kind, metric=self.metric, most=self.max_drop, review=self.reviewed)

    def requirement(self) -> Requirement:
        what = f"drop of {self.metric} under {self.robustness} at a rate of {self.rate:g}"
        return Requirement(f"{what} in {', '.join(listed(self.columns))}", f"≤ {self.max_drop:g}")

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from rose(f"{where} max_drop", self.max_drop, new.max_drop)
        yield from fell(f"{where} rate", self.rate, new.rate)
        yield from columns_left(f"{where} columns", self.columns, new.columns)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield "columns", all_or(self.columns)

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        del part_rows
        return {unless_alike(demand, found, rows), "inconclusive"}

    @classmethod
    def label(cls, found: "Result") -> str:
        _, _, rest = found.id.partition("/")
        return f"robustness {rest.split('/')[0]}: {found.metric} drop"
