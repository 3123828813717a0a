"""The gate beside a champion: not worse by more than a margin, on the same rows, than what is live."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, final

from pydantic import Field

from mlops_spec.spec.base import EnvironmentName, MetricName
from mlops_spec.spec.gates.bearable import rounded
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import Gate, OnInconclusive, Requirement
from mlops_spec.spec.gates.verdicts import unless_alike
from mlops_spec.spec.weakening import Weakening, rose

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


@final
class ChampionGate(Gate):
    """Not worse by more than `margin`, on the same rows, than what is live, nor than the best version before it."""

    champion: EnvironmentName = Field(description="The environment whose live version is the champion.")
    metric: MetricName = Field(description="The measure that both are compared by.")
    margin: Annotated[float, Field(ge=0)] = Field(
        0.0,
        description="How much worse than the champion is still accepted, in the measure's own units.",
        examples=[0.01],
    )
    on_inconclusive: OnInconclusive = "block"

    kind: ClassVar[str] = "champion"
    of_rows: ClassVar[bool] = True
    of_two: ClassVar[bool] = True
    of_quality: ClassVar[bool] = True
    has_baseline: ClassVar[bool] = True

    @property
    def environment(self) -> str:
        return self.champion

    @property
    def may_lose(self) -> tuple[str, float]:
        return "margin", self.margin

    def steps(self) -> list[str]:
        return ["champion", self.champion, self.metric]

    def demand(self, evaluate: "Evaluate") -> Demand:
        better = evaluate.higher_is_better(self.metric)
        return Demand(
            id=self.id,
            kind=self.kind,
            metric=self.metric,
            least=-self.margin if better else None,
            most=self.margin if better is False else None,
            environment=self.champion,
            margin=self.margin,
            better=better,
            review=self.reviewed,
        )

    def requirement(self) -> Requirement:
        what = f"{self.metric} against the version in {self.champion}, on the same rows"
        return Requirement(what, f"at most {self.margin:g} worse")

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from rose(f"{where} margin", self.margin, new.margin)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield from ()

    def bearable(self, bears: list[float], wide: float) -> Iterator[tuple[str, float]]:
        needed = max(map(abs, bears))
        if needed > self.margin:
            yield "margin", rounded(needed, wide, up=True)

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        """Few positives make it inconclusive, and a champion that knows these rows."""
        del part_rows
        return {unless_alike(demand, found, rows), "inconclusive"}

    @classmethod
    def label(cls, found: "Result") -> str:
        return f"champion: {found.metric}, paired"

    @classmethod
    def number(cls, amount: float) -> str:
        return f"{amount:+.3f}".replace("-", "−")

    @classmethod
    def tells(cls, found: "Result") -> bool:
        """Also where both answer alike, and what further seeds make of it."""
        return super().tells(found) or found.low == found.high == 0 or " seeds it has " in found.reason
