"""The section `monitor`: what is checked while the model is live."""

from typing import Annotated, Literal

from pydantic import Field

from mlops_spec.spec.base import ColumnName, Duration, MetricName, Probability, RepoPath, Strict
from mlops_spec.spec.cron import Cron

Season = Literal["day", "week", "year"]


class Drift(Strict):
    """How far the live inputs may move from the training rows."""

    method: Literal["psi", "ks", "chi2", "jensen_shannon", "wasserstein"] = Field(
        "psi", description="How the distance of two distributions is measured."
    )
    max: Annotated[float, Field(gt=0)] = Field(0.2, description="One column whose distance is larger is an alert.")
    columns: list[ColumnName] | Literal["all"] = Field(
        "all", description="Inputs that are watched, by name or all.", examples=["all", ["age", "limit_bal"]]
    )
    season: Season | None = Field(
        None,
        description="What comes round again: rows are compared with training rows of the same hours of the `day`, days "
        "of the `week` or months of the `year`, by the time of the data, which the model has to see.",
    )
    share: Probability = Field(
        0.3, description="Share of columns that is an alert where each has moved less, but surely and by a fifth of it."
    )


class DataCheck(Strict):
    """Whether the live inputs must keep the data contract."""

    contract: bool = Field(True, description="Whether live inputs must keep `data.contract`.")


class Performance(Strict):
    """What the model must still reach once the labels have come in."""

    labels: RepoPath = Field(
        description="File of labels that come in later, with the columns `data.id` and `data.target`; of a forecast "
        "without an id `data.time` and `data.series` name the row.",
        examples=["data/labels.csv"],
    )
    metric: MetricName = Field(description="What is measured once labels are there.")
    min: float | None = Field(None, description="Below this it is an alert.", examples=[0.74])
    max: float | None = Field(None, description="Above this it is an alert.", examples=[0.2])


class OnAlert(Strict):
    """What an alert opens."""

    open: Literal["pull-request", "issue"] = Field(
        "issue", description="What is opened: an issue, or a pull request that retrains."
    )
    cooldown: Duration = Field("7d", description="How long after an alert no other is opened.")


class Monitor(Strict):
    """The scheduled check."""

    schedule: Cron = Field("17 6 * * *", description="Cron in UTC, as GitHub Actions reads it.")
    drift: Drift = Field(default_factory=Drift.model_construct)
    data: DataCheck = Field(default_factory=DataCheck.model_construct)
    performance: Performance | None = None
    on_alert: OnAlert = Field(default_factory=OnAlert.model_construct)
