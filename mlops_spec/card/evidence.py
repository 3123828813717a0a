"""The evidence of a release: what was packaged, what it measured and how its gates judged it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from mlops_spec import layout
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from mlops_spec.manifest import Manifest
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.spec import Spec


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)


class Measured(_Shape):
    """A metric's value with its interval; all three are None where the rows don't define it."""

    value: int | float | None
    low: int | float | None = None
    high: int | float | None = None


class Slice(_Shape):
    """The rows that have one value of a column, and what they measure."""

    rows: NonNegativeInt
    measures: dict[str, Measured]


class Calibration(_Shape):
    """The parts of the Brier score; all are None where the rows don't define them."""

    brier_score: int | float | None = None
    reliability: int | float | None = None
    resolution: int | float | None = None
    uncertainty: int | float | None = None
    within: int | float | None = None


class Evaluation(_Shape):
    """What the test rows measure, all of them and slice by slice (column → value → slice)."""

    v: Literal[1]
    model: str
    rows: NonNegativeInt
    measures: dict[str, Measured]
    calibration: Calibration | None = None
    slices: dict[str, dict[str, Slice]] = {}


@dataclass(frozen=True)
class Evidence:
    """What all documents of a release are made from; `version` is None before it is registered."""

    spec: Spec
    bundle: Bundle
    evaluation: Evaluation
    version: str | None

    @property
    def manifest(self) -> Manifest:
        return self.bundle.manifest

    @property
    def metrics(self) -> dict[str, Measured]:
        """The metrics that have a value."""
        return {name: found for name, found in self.evaluation.measures.items() if found.value is not None}


def evidence_of(bundle: Bundle, spec: Spec, version: str | None = None) -> Evidence:
    """The evidence that a bundle holds.

    Raises:
        Failure: evaluation.json is damaged (exit 2), or of another model (exit 1).
    """
    try:
        evaluation = Evaluation.model_validate_json(bundle.files[layout.EVALUATION.name])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise Failure(f"{layout.EVALUATION.name}: {place}: {first['msg']}") from error
    models = {evaluation.model, bundle.manifest.model, spec.model}
    if len(models) > 1:
        raise Failure(f"the evidence is of several models: {', '.join(sorted(models))}", exit_code=Exit.FINDINGS)
    return Evidence(spec, bundle, evaluation, version)
