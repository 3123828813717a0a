"""A gate's result: the one value that judging makes, `gate.json` and a report give back, and readers ask."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Protocol

Outcome = Literal["pass", "fail", "inconclusive"]
_OPTIONAL = ("metric", "slice", "rows_needed", "waived_until", "review", "baseline", "on_sample", "anchor")


class Bound(Protocol):
    """What a result says that it was held against."""

    @property
    def op(self) -> str: ...
    @property
    def value(self) -> float: ...


class Champion(Protocol):
    """The champion that a judgement says it compared with."""

    @property
    def environment(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def digest(self) -> str: ...


class Compared(Protocol):
    """A comparison with an anchor: candidate less anchor."""

    @property
    def version(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class Result(Protocol):
    """A gate's result, from a bundle, a report or the ledger."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def metric(self) -> str | None: ...
    @property
    def slice(self) -> str | None: ...
    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def bound(self) -> Bound | None: ...
    @property
    def verdict(self) -> Outcome: ...
    @property
    def reason(self) -> str: ...
    @property
    def waived_until(self) -> str | None: ...
    @property
    def review(self) -> bool | None: ...
    @property
    def baseline(self) -> float | None: ...
    @property
    def anchor(self) -> Compared | None: ...


@dataclass(frozen=True)
class Limit:
    """What a value is held against."""

    op: Literal[">=", "<=", ">", "="]
    value: float


@dataclass(frozen=True)
class Anchored:
    """The comparison with the anchor: candidate less anchor, on the same rows."""

    version: str
    digest: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """One gate: its value with the interval, the bound, and the verdict with its reason. Unknown numbers are None."""

    id: str
    kind: str
    metric: str | None = None
    slice: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    bound: Limit | None = None
    verdict: Outcome
    reason: str
    rows_needed: int | None = None
    waived_until: str | None = None
    review: Literal[True] | None = None  # whether it waits for an approver's word
    baseline: float | None = None
    on_sample: bool | None = None  # whether it was judged on a sample that can't show it
    anchor: Anchored | None = None  # the version that holds the gate where its own interval leaves it open

    @property
    def blocks(self) -> bool:
        """Whether it stops a release by itself."""
        return self.counts and not self.review

    @property
    def counts(self) -> bool:
        """Whether it keeps the verdict from being a pass."""
        return self.verdict != "pass" and self.waived_until is None and not self.on_sample

    def record(self) -> dict[str, Any]:
        """As `gate.json` has it."""
        return {key: value for key, value in asdict(self).items() if value is not None or key not in _OPTIONAL}


@dataclass(frozen=True)
class Against:
    """The champion."""

    environment: str
    version: str
    digest: str


def result_of(found: Result) -> GateResult:
    """The value of what was read and validated; what a reader's shape does not know is None."""
    known: dict[str, Any] = _of_fields(GateResult, found)
    known["bound"] = found.bound and Limit(**_of_fields(Limit, found.bound))
    known["anchor"] = found.anchor and Anchored(**_of_fields(Anchored, found.anchor))
    return GateResult(**known)


def _of_fields(value: type[Limit | Anchored | GateResult], found: object) -> dict[str, Any]:
    return {each.name: getattr(found, each.name, None) for each in fields(value)}


def stated(found: GateResult) -> dict[str, Any]:
    """A result as JSON without what is None."""
    return {key: value for key, value in asdict(found).items() if value is not None}
