"""The section `evaluate`: what is measured on the test rows."""

from typing import Annotated, Literal

from pydantic import Field

from mlops_spec.spec.base import (
    ColumnName,
    EntryPoint,
    MetricName,
    Strict,
    no_items,
)
from mlops_spec.spec.metrics import METRICS


class CustomMetric(Strict):
    """A measure of the user's own: `run(y_true, y_score)` gives a number, or one for each row."""

    name: MetricName = Field(description="What gates and reports call it.", examples=["cost"])
    run: EntryPoint = Field(
        description="The function that measures, in `src`.", examples=["credit_default.measures:cost"]
    )
    direction: Literal["higher", "lower"] = Field(description="Which way is better.")
    per: Literal["all", "row"] = Field(
        "all",
        description="What `run` gives a number for: `all` rows together, and is asked for every resample anew; or each "
        "`row`, and their mean is the measure.",
    )


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
        description="How many rows of the highest scores `precision_at_k` looks at, or below 1 which share of them; of "
        "a ranking, how many of each query.",
        examples=[200, 0.05],
    )

    @property
    def own(self) -> dict[str, CustomMetric]:
        """The measures of the user's own, by name."""
        return {metric.name: metric for metric in self.metrics if isinstance(metric, CustomMetric)}

    def higher_is_better(self, metric: str) -> bool | None:
        """Which way is better; None for a measure that nobody knows."""
        if own := self.own.get(metric):
            return own.direction == "higher"
        known = METRICS.get(metric)
        return known.higher_is_better if known else None
