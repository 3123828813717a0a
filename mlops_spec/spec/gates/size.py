"""The gate on bytes: the packaged model must not be larger."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Self, final

from pydantic import Field

from mlops_spec.spec.base import Size, Strict, size_in_bytes
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import Gate, Requirement
from mlops_spec.spec.gates.verdicts import exact
from mlops_spec.spec.weakening import Weakening, rose

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.result import Outcome, Result


class SizeLimit(Strict):
    """Bytes of the packaged model."""

    max: Size = Field(description="Largest size of the package, in bytes of its files.", examples=["50MB"])


@final
class SizeGate(Gate):
    """The packaged model must not be larger."""

    size: SizeLimit

    kind: ClassVar[str] = "size"
    of_rows: ClassVar[bool] = False
    of_package: ClassVar[bool] = True

    def steps(self) -> list[str]:
        return ["size"]

    def demand(self, evaluate: "Evaluate") -> Demand:
        del evaluate
        return Demand(id=self.id, kind=self.kind, metric="bytes", most=float(size_in_bytes(self.size.max)))

    def requirement(self) -> Requirement:
        return Requirement("size of the package", f"≤ {self.size.max}")

    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        yield from rose(where, self.size.max, new.size.max)

    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        yield from ()

    @classmethod
    def allowed(cls, demand: Demand, found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        del rows, part_rows
        return {exact(demand, found)}

    @classmethod
    def number(cls, amount: float) -> str:
        return f"{amount / 1e6:,.3g} MB"
