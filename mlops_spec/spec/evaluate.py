"""The sections `evaluate` and `gates`: what is measured, and what must hold."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from mlops_spec.spec.base import (
    ColumnName,
    Duration,
    EntryPoint,
    EnvironmentName,
    MetricName,
    Probability,
    Size,
    Strict,
    no_items,
)


class CustomMetric(Strict):
    """A measure of the user's own: `run(y_true, y_score) -> float`."""

    name: MetricName = Field(description="What gates and reports call it.", examples=["cost"])
    run: EntryPoint = Field(
        description="The function that measures, in `src`.", examples=["credit_default.measures:cost"]
    )
    direction: Literal["higher", "lower"] = Field(description="Which way is better.")


class Cost(Strict):
    """What a decision costs by what is true of the row, in any unit; what it gains is a cost below 0."""

    false_positive: float = Field(description="Of a positive answer that is wrong.", examples=[1])
    false_negative: float = Field(description="Of a negative answer that is wrong.", examples=[5])
    true_positive: float = Field(0.0, description="Of a positive answer that is right.")
    true_negative: float = Field(0.0, description="Of a negative answer that is right.")


class Evaluate(Strict):
    """What is measured on the test rows."""

    metrics: list[MetricName | CustomMetric] = Field(
        default_factory=no_items, description="Measured besides those that gates name; scikit-learn's names."
    )
    slices: list[ColumnName] = Field(
        default_factory=no_items,
        description="Columns whose values are measured one by one.",
        examples=[["education", "age_band"]],
    )
    resamples: Annotated[int, Field(ge=100, le=100_000)] = Field(1000, description="Bootstrap resamples.")
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = Field(
        0.95, description="Level of every interval that gates look at."
    )
    threshold: Annotated[float, Field(gt=0, lt=1)] = Field(0.5, description="Score from which the answer is positive.")
    cost: Cost | None = Field(None, description="What decisions by the threshold cost: `expected_cost` is their mean.")
    k: Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)] = Field(
        0.1,
        description="How many rows of the highest scores `precision_at_k` looks at, or below 1 which share of them.",
        examples=[200, 0.05],
    )


_MARGIN = (
    "How much worse than the anchor an inconclusive result may be: than the last version that passed this gate by its "
    "own interval. Without a margin what is inconclusive blocks."
)


OnInconclusive = Annotated[
    Literal["block", "review"],
    Field(
        description="What becomes of a result that is inconclusive: it stops the release (`block`), or waits for the "
        "word of an owner or an approver of an environment (`review`): an approving review of the pull request's last "
        "commit, not by its author, with a line `accept GATE: reason`. It goes on record. What failed stops all the "
        "same.",
        examples=["review"],
    ),
]


class MetricGate(Strict):
    """A measure's interval must lie on the right side of the bound."""

    metric: MetricName = Field(description="A measure by scikit-learn's name, or one of `evaluate.metrics`.")
    min: float | None = Field(None, description="Smallest value that the interval may reach down to.", examples=[0.76])
    max: float | None = Field(None, description="Largest value that the interval may reach up to.", examples=[0.03])
    margin: Annotated[float, Field(ge=0)] | None = Field(None, description=_MARGIN, examples=[0.01])
    on_inconclusive: OnInconclusive = "block"


class ChampionGate(Strict):
    """Not worse by more than `margin`, on the same rows, than what is live, nor than the best version before it."""

    champion: EnvironmentName = Field(description="The environment whose live version is the champion.")
    metric: MetricName = Field(description="The measure that both are compared by.")
    margin: Annotated[float, Field(ge=0)] = Field(
        0.0,
        description="How much worse than the champion is still accepted, in the measure's own units.",
        examples=[0.01],
    )
    on_inconclusive: OnInconclusive = "block"


class SliceGate(Strict):
    """The bound must hold in every value of a column."""

    slice: ColumnName = Field(description="The column whose values are judged one by one.", examples=["age_band"])
    metric: MetricName = Field(description="The measure that must hold in each value.")
    min: float | None = Field(
        None, description="Smallest value that each slice's interval may reach down to.", examples=[0.7]
    )
    max: float | None = Field(
        None, description="Largest value that each slice's interval may reach up to.", examples=[0.2]
    )
    margin: Annotated[float, Field(ge=0)] | None = Field(None, description=_MARGIN, examples=[0.01])
    min_rows: Annotated[int, Field(ge=1)] = Field(100, description="A smaller slice is inconclusive.")
    on_inconclusive: OnInconclusive = "block"


class WeakSlicesGate(Strict):
    """The bound must hold in slices that nobody named: every value of every column, and every pair of them."""

    weak_slices: Annotated[list[ColumnName], Field(min_length=1)] | Literal["all"] = Field(
        description="Columns to cut the rows by, numbers at their quartiles; `all` but target, id and times.",
        examples=["all", ["education", "marriage"]],
    )
    metric: MetricName = Field(description="The measure that must hold in each slice.")
    min: float | None = Field(
        None, description="Smallest value that each slice's interval may reach down to.", examples=[0.65]
    )
    max: float | None = Field(
        None, description="Largest value that each slice's interval may reach up to.", examples=[0.2]
    )
    margin: Annotated[float, Field(ge=0)] | None = Field(None, description=_MARGIN, examples=[0.01])
    min_rows: Annotated[int, Field(ge=30)] = Field(200, description="Smaller slices are not looked at.")
    depth: Annotated[int, Field(ge=1, le=2)] = Field(1, description="2 looks at pairs of conditions too.")
    on_inconclusive: OnInconclusive = "block"


class FairnessGate(Strict):
    """A disparity between the groups of a protected attribute must stay within the bound."""

    fairness: Literal[
        "demographic_parity_difference",
        "demographic_parity_ratio",
        "equalized_odds_difference",
        "equalized_odds_ratio",
        "equal_opportunity_difference",
        "equal_opportunity_ratio",
        "predictive_parity_difference",
        "predictive_parity_ratio",
    ] = Field(description="The disparity, as fairlearn defines it: differences are best at 0, ratios at 1.")
    by: ColumnName | list[ColumnName] = Field(
        description="A protected attribute, or several for their intersection.", examples=["sex", ["sex", "age_band"]]
    )
    min: Probability | None = Field(None, description="Smallest that a ratio may be.", examples=[0.8])
    max: Probability | None = Field(None, description="Largest that a difference may be.", examples=[0.1])
    margin: Probability | None = Field(None, description=f"{_MARGIN} Of a ratio it holds nothing.", examples=[0.01])
    on_inconclusive: OnInconclusive = "block"


class RobustnessGate(Strict):
    """The measure must not drop by more than `max_drop` when the inputs are perturbed."""

    robustness: Literal["missing", "noise", "unseen_category", "shift", "rounding"] = Field(
        description="How the inputs are perturbed."
    )
    columns: list[ColumnName] | Literal["all"] = Field(
        "all", description="Which features are perturbed, or all that the kind fits.", examples=["all", ["education"]]
    )
    rate: Annotated[float, Field(gt=0, le=1)] = Field(0.1, description="Share of the values that is perturbed.")
    metric: MetricName = Field(description="The measure that may drop.")
    max_drop: Annotated[float, Field(ge=0)] = Field(description="Largest drop of the measure.", examples=[0.03])
    on_inconclusive: OnInconclusive = "block"


class Latency(Strict):
    """Time from a request to its answer."""

    p99: Duration = Field(description="Within which 99 of 100 answers must come.", examples=["50ms"])
    batch: Annotated[int, Field(ge=1, le=100_000)] = Field(1, description="Rows in one request.")


class LatencyGate(Strict):
    """The packaged model must answer in time, measured in a fresh process."""

    latency: Latency
    on_inconclusive: OnInconclusive = "block"


class SizeLimit(Strict):
    """Bytes of the packaged model."""

    max: Size = Field(description="Largest size of the package, in bytes of its files.", examples=["50MB"])


class SizeGate(Strict):
    """The packaged model must not be larger."""

    size: SizeLimit


GATE_KINDS = ("champion", "slice", "weak_slices", "fairness", "robustness", "latency", "size")


def gate_kind(gate: Any) -> str:
    """Tells a gate's kind by the key that only this kind has; without one it is a metric's."""
    if isinstance(gate, Mapping):
        return next((kind for kind in GATE_KINDS if kind in gate), "metric")
    return next((kind for kind in GATE_KINDS if hasattr(gate, kind)), "metric")


# In brackets, because a tag stands in the location of an error, where it must not be taken for the key of that name.
Gate = Annotated[
    Annotated[MetricGate, Tag("<metric>")]
    | Annotated[ChampionGate, Tag("<champion>")]
    | Annotated[SliceGate, Tag("<slice>")]
    | Annotated[WeakSlicesGate, Tag("<weak_slices>")]
    | Annotated[FairnessGate, Tag("<fairness>")]
    | Annotated[RobustnessGate, Tag("<robustness>")]
    | Annotated[LatencyGate, Tag("<latency>")]
    | Annotated[SizeGate, Tag("<size>")],
    Discriminator(lambda gate: f"<{gate_kind(gate)}>"),
]
