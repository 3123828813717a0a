"""The gates that every model has without naming them: that the data keep their contract, and that nothing leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.gate import Kind
from mlops_spec.spec.gates.verdicts import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec.gates.result import Outcome, Result

#: Gates that nobody may waive: without them no other number means anything.
SAFEGUARDS = ("contract", "leak")
#: Gates that every model has without naming them.
ALWAYS = (*SAFEGUARDS, "leak/near", "leak/target")


class _NoneAllowed(Kind):
    of_rows: ClassVar[bool] = False

    @classmethod
    def allowed(cls, demand: Demand, found: Result, rows: int, part_rows: int | None) -> set[Outcome]:
        del demand, rows, part_rows
        return {counted(found)}

    @classmethod
    def number(cls, amount: float) -> str:
        return f"{amount:.0f}"


class Contract(_NoneAllowed):
    """Violations of the contract."""

    kind: ClassVar[str] = "contract"


class Leak(_NoneAllowed):
    """Test rows in train, exact and nearly, and features that give the target away."""

    kind: ClassVar[str] = "leak"


def demands() -> Iterator[Demand]:
    """What each of them demands."""
    for name in ALWAYS:
        yield Demand(id=name, kind=name.partition("/")[0], none=True)
