"""The ways in which one setting of a guard gets weaker: a bound that fell or rose, names lost or gained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mlops_spec.spec.base import seconds, size_in_bytes
from mlops_spec.words.value import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Number = float | int | str | None


@dataclass(frozen=True)
class Weakening:
    """A guard that guards less than at the base: `where` in the spec, and what became of it."""

    where: str
    what: str


def fell(where: str, old: Number, new: Number) -> Iterator[Weakening]:
    """A lower bound that is lower, or gone."""
    if old is not None and (new is None or _comparable_number(new) < _comparable_number(old)):
        yield Weakening(where, f"{shortened(old)} → {'none' if new is None else shortened(new)}")


def rose(where: str, old: Number, new: Number) -> Iterator[Weakening]:
    """An upper bound that is higher, or gone."""
    if old is not None and (new is None or _comparable_number(new) > _comparable_number(old)):
        yield Weakening(where, f"{shortened(old)} → {'none' if new is None else shortened(new)}")


def lost(where: str, old: Iterable[object], new: Iterable[object]) -> Iterator[Weakening]:
    """Names that stood there and no longer do."""
    kept = list(new)
    yield from (Weakening(where, f"lost `{shortened(each)}`") for each in old if each not in kept)


def gained(where: str, old: Iterable[object], new: Iterable[object]) -> Iterator[Weakening]:
    """Names that newly stand there, where each one lets more through."""
    known = list(old)
    yield from (Weakening(where, f"gained `{shortened(each)}`") for each in new if each not in known)


def dropped(where: str) -> Iterator[Weakening]:
    """A guard that is gone as a whole."""
    yield Weakening(where, "removed")


def changed(where: str, old: object, new: object, *, weaker: bool) -> Iterator[Weakening]:
    """A choice that guards less than the one before."""
    if weaker:
        yield Weakening(where, f"{shortened(old)} → {shortened(new)}")


class Bounded(Protocol):
    """What holds a value against bounds, with a margin where that is inconclusive."""

    @property
    def min(self) -> float | None: ...
    @property
    def max(self) -> float | None: ...
    @property
    def margin(self) -> float | None: ...


def bounds_moved(where: str, old: Bounded, new: Bounded) -> Iterator[Weakening]:
    """Bounds that moved the easy way, and a margin that grew."""
    yield from fell(f"{where} min", old.min, new.min)
    yield from rose(f"{where} max", old.max, new.max)
    yield from rose(f"{where} margin", old.margin or 0.0, new.margin or 0.0)


def columns_left(where: str, old: list[str] | str, new: list[str] | str) -> Iterator[Weakening]:
    """Columns that are guarded no more; `all` holds every column."""
    if new != "all":
        yield from lost(where, [old] if isinstance(old, str) else old, new)


def _comparable_number(value: float | str) -> float:
    if not isinstance(value, str):
        return value
    return size_in_bytes(value) if value.endswith("B") else seconds(value)
