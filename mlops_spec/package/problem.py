"""A problem: what is not as it must be, where, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 5


class Problem(NamedTuple):
    """The file, the field in it (dotted; empty: all of it), what is wrong and would be right; of which gate."""

    file: str
    field: str
    said: str
    gate: str = ""

    @property
    def name(self) -> str:
        """The last step of the field; of a gate as a whole, nothing."""
        return self.field.rpartition(f"[{self.gate}]")[2].removeprefix(".") if self.gate else self.field

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.said}" if self.field else f"{self.file}: {self.said}"


def refuse(source: str, problems: Iterable[Problem], remedy: str) -> None:
    """Raises the Failure (exit 1) that tells the first problems, if there are any."""
    found = list(problems)
    if not found:
        return
    more = f"\n  and {len(found) - _MOST} more" if len(found) > _MOST else ""
    told = "".join(f"\n  {problem}" for problem in found[:_MOST])
    raise Failure(f"{source} does not hold together:{told}{more}", exit_code=Exit.FINDINGS, remedy=remedy)
