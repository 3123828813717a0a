"""The check of column names in `evaluate` and the gates, made before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlops_spec.spec import Spec


def check_columns(spec: Spec, known: Collection[str]) -> None:
    """Raises Failure that lists every column which the spec names and the test rows lack."""
    wrong = [
        f"\n  {place}: the rows have no column `{name}`" + (f"; {hint}" if (hint := did_you_mean(name, known)) else "")
        for place, name in _named(spec)
        if name not in known
    ]
    if wrong:
        raise Failure(
            f"model.yaml names columns that there are not:{''.join(wrong)}",
            exit_code=Exit.FINDINGS,
            remedy="Columns are those of the data file and of `data.derive`.",
        )


def _named(spec: Spec) -> Iterator[tuple[str, str]]:
    yield from (("evaluate.slices", name) for name in spec.evaluate.slices)
    for index, gate in enumerate(spec.gates):
        for key, names in gate.named_columns():
            yield from ((f"gates[{index}].{key}", name) for name in ([names] if isinstance(names, str) else names))
