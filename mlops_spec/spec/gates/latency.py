"""The gate on time: the packaged model must answer in time, measured in a fresh process."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, final

from pydantic import Field

from mlops_spec.spec.base import Duration, Strict, seconds
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import Gate, OnInconclusive, Requirement
from mlops_spec.spec.gates.verdicts import judged
from mlops_spec.spec.weakening import Weakening, fell, rose

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


class Latency(Strict):
    """Time from a request to its answer."""

    p99: Duration = Field(description="Within which 99 of 100 answers must come.", examples=["50ms"])
    batch: Annotated[int, Field(ge=1, le=100_000)] = Field(1, description="Rows in one request.")


@final
class LatencyGate(Gate):
    """The packaged model must answer in time, measured in a fresh process."""

    latency: Latency
    on_inconclusive: OnInconclusive = "block"

    kind: ClassVar[str] = "latency"
    of_rows: ClassVar[bool] = False

    def steps(self) -> list[str]:
        return ["latency", "p99"]

    def demand(self, evaluate: "Evaluate") -> Demand:
        """In milliseconds."""
        del evaluate
        most = 1000 * seconds(self.latency.p99)
        return Demand(id=self.id, kind=self.kind, metric="p99", most=most, review=self.reviewed)

    def requirement(self) -> Requirement:
        return Requirement(f"99th percentile of latency, batch of {self.latency.batch}", f"≤ {self.latency.p99}")

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from rose(where, self.latency.p99, new.latency.p99)
        yield from fell(f"{where} batch", self.latency.batch, new.latency.batch)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield from ()

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        del rows, part_rows
        return {judged(demand, found)}

    @classmethod
    def label(cls, found: "Result") -> str:
        return found.id.replace("/", " ", 1)

    @classmethod
    def number(cls, amount: float) -> str:
        return f"{amount:.3g} ms" if amount < 1000 else f"{amount:,.0f} ms"
