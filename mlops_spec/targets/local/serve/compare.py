"""A shadow's answer beside the stable version's, row by row: how far apart in numbers, and in decisions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from mlops_spec.spec.tasks import task_called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Numbers = list[float]


@dataclass(frozen=True)
class Deciding:
    """How a version's answer becomes a decision: at its own threshold, or the class with the highest probability."""

    task: str
    threshold: float
    classes: Sequence[Any]

    def decisions(self, numbers: Numbers, width: int) -> list[Any] | None:
        """One decision per row, of `width` numbers each; None where the task has none."""
        by = task_called(self.task).decides
        if by == "nothing":
            return None
        if by == "threshold":
            told = [number >= self.threshold for number in numbers]
            return told if width == 1 else [told[start : start + width] for start in range(0, len(told), width)]
        rows = (numbers[start : start + width] for start in range(0, len(numbers), width))
        return [self.classes[max(range(len(row)), key=row.__getitem__)] for row in rows]


@dataclass(frozen=True)
class Compared:
    """One comparison: `difference` is the sum over its rows of each one's largest difference, `largest` the largest."""

    rows: int
    disagreed: int | None
    difference: float
    largest: float


def deciding(said: Mapping[str, Any]) -> Deciding:
    """Reads what a worker says of its model when it is loaded."""
    return Deciding(str(said["task"]), float(said["threshold"]), tuple(said["classes"]))


def compare(stable: bytes, by: Deciding, shadow: bytes, by_shadow: Deciding) -> Compared | None:
    """Holds one answer of the protocol against another; None where they are of different shapes, or no numbers, and
    can't be compared.

    Raises:
        ValueError, KeyError, TypeError, IndexError: one of them is no answer of the protocol.

    >>> half = Deciding("binary-classification", 0.5, (0, 1))
    >>> one, other = (b'{"outputs":[{"shape":[2],"data":[0.25,%s]}]}' % score for score in (b"0.4", b"0.65"))
    >>> compare(one, half, other, half)
    Compared(rows=2, disagreed=1, difference=0.25, largest=0.25)
    """
    (shape, old), (other, new) = _answer(stable), _answer(shadow)
    if shape != other or by.task != by_shadow.task or not task_called(by.task).answer.numbers:
        return None
    rows = shape[0]
    width = len(old) // rows
    apart = [abs(a - b) for a, b in zip(old, new, strict=True)]
    each = apart if width == 1 else [max(apart[start : start + width]) for start in range(0, len(apart), width)]
    before, after = by.decisions(old, width), by_shadow.decisions(new, width)
    if before is None or after is None:
        return Compared(rows, None, sum(each), max(each))
    return Compared(rows, sum(a != b for a, b in zip(before, after, strict=True)), sum(each), max(each))


def _answer(payload: bytes) -> tuple[list[int], Numbers]:
    output = json.loads(payload, parse_constant=_refuse)["outputs"][0]
    return output["shape"], output["data"]


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} in an answer")
