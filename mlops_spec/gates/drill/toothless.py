"""Gates that can't fail, attacked or not: they look at nothing, or at what they were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.drill.unmoved import unmoved
from mlops_spec.pipeline.leak import leaked_rows
from mlops_spec.spec.gates.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.drill.target import Target


def trained_share(case: Case) -> float:
    """Share of the test rows that are in train as well, 0 to 1."""
    return float(leaked_rows(case.spec.data, case.train, case.test).mean())


def weaknesses(case: Case, target: Target, trained: float) -> Iterator[tuple[str, str]]:
    """What the gate can't see, and why; `trained` is the `trained_share`."""
    gate = target.gate if isinstance(target.gate, Gate) else None
    if gate is not None and gate.of_rows and trained > 0.5:
        yield "judged on the training split", f"{trained:.0%} of the rows that it judges were trained on"
    if gate is not None and gate.measure is not None and unmoved(case, gate.measure):
        yield (
            "blind to unsure answers",
            f"`{gate.measure}` stays as it is when every row that the model is unsure of is wrong",
        )
    yield from target.how.weaknesses(case, target.gate)
