"""The shapes of `gate.json` and `evaluation.json`: all their fields, of just these types, in canonical form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mlops_spec.errors import Failure
from mlops_spec.package.manifest import canonical
from mlops_spec.spec.gates.result import GateResult, Outcome, result_of
from mlops_spec.spec.simple_kinds import SimpleKind
from mlops_spec.words.invalid import first_error

if TYPE_CHECKING:
    from pathlib import Path

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
# What others can't read as the same number is none: more digits than a double has, and what is infinite there.
Number = Annotated[int, Field(ge=-(2**53), le=2**53)] | float
Count = Annotated[int, Field(ge=0, le=2**53)]
_Shape = TypeVar("_Shape", bound="Shape")


class Shape(BaseModel):
    """No field more, none of another type, no number that is not finite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Against(Shape):
    """The champion that the candidate was compared with."""

    environment: str
    version: str
    digest: Digest


class Bound(Shape):
    """What a value is held against."""

    op: Literal[">=", "<=", ">", "="]
    value: Number


class Anchored(Shape):
    """The comparison with the anchor: candidate less anchor, on the same rows."""

    version: str
    digest: Digest
    value: Number
    low: Number
    high: Number


class Gate(Shape):
    """One gate as it was judged."""

    id: Annotated[str, Field(min_length=1, max_length=300)]
    kind: str
    metric: str | None = None
    slice: str | None = None
    value: Number | None
    low: Number | None
    high: Number | None
    bound: Bound | None
    verdict: Outcome
    reason: str
    rows_needed: Count | None = None
    waived_until: Day | None = None
    review: Literal[True] | None = None
    baseline: Number | None = None
    anchor: Anchored | None = None


if TYPE_CHECKING:
    _Judged = GateResult
else:
    _Judged = Annotated[Gate, AfterValidator(result_of)]


class GateFile(Shape):
    """`gate.json`."""

    v: Literal[1]
    model: str
    commit: Commit
    rows: Count
    against: Against | None
    verdict: Outcome
    gates: Annotated[list[_Judged], Field(min_length=1, max_length=10_000)]
    seconds: dict[str, Annotated[float, Field(ge=0)]]


class Measured(Shape):
    """A metric's value with its interval; all three are None where the rows don't define it, for a `reason`."""

    value: Number | None
    low: Number | None
    high: Number | None
    method: str | None = None
    reason: str | None = None


class Slice(Shape):
    """The rows that have one value of a column, and what they measure."""

    rows: Count
    measures: dict[str, Measured]


class Calibration(Shape):
    """The parts of the Brier score; or the `reason` why the rows don't define them."""

    brier_score: Number | None = None
    reliability: Number | None = None
    resolution: Number | None = None
    uncertainty: Number | None = None
    within: Number | None = None
    reason: str | None = None


class AnsweredBins(Shape):
    """What the answers were worth, bin by bin of their scores: what a live model's answers are compared with."""

    edges: list[Number]
    rows: list[Count]
    scores: list[Number]
    told: list[Number]
    squared: list[Number]
    chosen: list[Count] = Field(default_factory=list)
    stretches: list[Number] = Field(default_factory=list)


class Lead(Shape):
    """How much better than the linear model, on the same rows; what is not known is None."""

    value: Number | None
    low: Number | None
    high: Number | None


class BesideSimple(Shape):
    """What the simple models reach by one measure, and the lead over the linear one where a gate names it."""

    constant: Number | None
    linear: Number | None
    lead: Lead | None = None


class SimpleModel(Shape):
    """The simple models that were fitted to training rows; or the `reason` why there are none."""

    kind: SimpleKind | None = None
    rows: Count = 0
    measures: dict[str, BesideSimple] = Field(default_factory=dict)
    reason: str | None = None


class Cheapest(Shape):
    """The threshold with the least cost on the test rows."""

    threshold: Number
    expected: Number


class CostOfDecisions(Shape):
    """What a decision costs by the declared threshold, and at 21 thresholds from 0 to 1."""

    threshold: Number
    expected: Number
    cheapest: Cheapest
    curve: Annotated[list[Number], Field(min_length=21, max_length=21)]


class Target(Slice):
    """One of several numeric targets alone."""

    answered: AnsweredBins | None = None


class Quantile(Shape):
    """One quantile of a forecast alone."""

    level: Number
    pinball: Number
    below: Number


class Refit(Shape):
    """What models reach that are trained anew at each origin of a forecast."""

    trainings: Count
    measures: dict[str, Measured]


class Evaluation(Shape):
    """`evaluation.json`: what the test rows measure, all of them and slice by slice (column → value → slice)."""

    v: Literal[1]
    model: str
    rows: Count
    test_sha256: Sha256
    predictions_sha256: Sha256
    measures: dict[str, Measured]
    calibration: Calibration | None = None
    answered: AnsweredBins | None = None
    simple_model: SimpleModel | None = None
    cost: CostOfDecisions | None = None
    slices: dict[str, dict[str, Slice]]
    targets: dict[str, Target] = Field(default_factory=dict)
    labels: dict[str, Slice] = Field(default_factory=dict)
    quantiles: list[Quantile] = Field(default_factory=list)
    refit: Refit | None = None


def read(shape: type[_Shape], content: bytes, path: Path) -> _Shape:
    """A file in its shape; raises Failure (2), which names the field, for any other bytes."""
    try:
        record = json.loads(content, parse_constant=_no_number)
        if canonical(record) != content:
            raise ValueError("it is not in canonical form, as it was written")
    except (ValueError, RecursionError) as error:
        raise Failure(f"{path}: {error}") from error
    return shaped(shape, record, path)


def shaped(shape: type[_Shape], record: Any, path: Path) -> _Shape:
    """A JSON value in a shape; raises Failure (2), which names the field."""
    try:
        return shape.model_validate(record)
    except ValidationError as error:
        place, message = first_error(error)
        raise Failure(f"{path}: {place or 'the file'}: {message}") from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON's")
