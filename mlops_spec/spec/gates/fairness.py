"""The gate over groups: a disparity between those of a protected attribute must stay within its bound."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal, Self, final

from pydantic import Field

from mlops_spec.spec.base import ColumnName, Probability
from mlops_spec.spec.gates.bearable import rounded
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import MARGIN, Gate, OnInconclusive, Requirement, listed, within
from mlops_spec.spec.gates.verdicts import judged
from mlops_spec.spec.weakening import Weakening, bounds_moved

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


@final
class FairnessGate(Gate):
    """A disparity between the groups of a protected attribute must stay within the bound."""

    fairness: Literal[
        "demographic_parity_difference",
        "demographic_parity_ratio",
        "equalized_odds_difference",
        "equalized_odds_ratio",
        "equal_opportunity_difference",
        "equal_opportunity_ratio",
        "predictive_parity_difference",
        "predictive_parity_ratio",
    ] = Field(description="The disparity, as fairlearn defines it: differences are best at 0, ratios at 1.")
    by: ColumnName | list[ColumnName] = Field(
        description="A protected attribute, or several for their intersection.", examples=["sex", ["sex", "age_band"]]
    )
    min: Probability | None = Field(None, description="Smallest that a ratio may be.", examples=[0.8])
    max: Probability | None = Field(None, description="Largest that a difference may be.", examples=[0.1])
    margin: Probability | None = Field(None, description=f"{MARGIN} Of a ratio it holds nothing.", examples=[0.01])
    on_inconclusive: OnInconclusive = "block"

    kind: ClassVar[str] = "fairness"
    of_rows: ClassVar[bool] = True

    @property
    def attributes(self) -> list[str]:
        """The columns whose groups are compared."""
        return listed(self.by)

    def steps(self) -> list[str]:
        return ["fairness", self.fairness, "+".join(self.attributes)]

    def demand(self, evaluate: "Evaluate") -> Demand:
        del evaluate
        return Demand(
            id=self.id,
            kind=self.kind,
            metric=self.fairness,
            least=self.min,
            most=self.max,
            margin=self.margin,
            better=False if self.fairness.endswith("_difference") else None,
            review=self.reviewed,
        )

    def requirement(self) -> Requirement:
        return Requirement(f"{self.fairness} by {' and '.join(self.attributes)}", within(self.min, self.max))

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from bounds_moved(where, self, new)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield "by", self.by

    def bearable(self, bears: list[float], wide: float) -> Iterator[tuple[str, float]]:
        """The margin alone: the bound is a promise to people, not to be loosened because rows are few."""
        del bears
        if self.margin is None and self.fairness.endswith("_difference"):
            yield "margin", rounded(wide, wide, up=False)

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        del rows, part_rows
        return {judged(demand, found), "inconclusive"}

    @classmethod
    def label(cls, found: "Result") -> str:
        return found.id.replace("/", " ", 1)
