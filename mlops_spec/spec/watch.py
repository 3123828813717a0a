"""The section `monitor`: what is checked while the model is live."""

from typing import Annotated, Literal

from pydantic import Field

from mlops_spec.spec.base import ColumnName, Duration, MetricName, Probability, RepoPath, Strict, words

Cron = Annotated[
    str,
    words(
        r"^[0-9*/,A-Za-z-]+( [0-9*/,A-Za-z-]+){4}$",
        100,
        "five cron fields with one space between: minute, hour, day, month, weekday",
        "17 6 * * *",
    ),
]


class Drift(Strict):
    """How far the live inputs may move from the training rows."""

    method: Literal["psi", "ks", "chi2", "jensen_shannon", "wasserstein"] = "psi"
    max: Annotated[float, Field(gt=0)] = 0.2
    columns: list[ColumnName] | Literal["all"] = "all"
    share: Probability = Field(0.3, description="Share of drifted columns that raises the alert.")


class DataCheck(Strict):
    """Whether the live inputs must keep the data contract."""

    contract: bool = True


class Performance(Strict):
    """What the model must still reach once the labels have come in."""

    labels: RepoPath
    metric: MetricName
    min: float | None = None
    max: float | None = None


class OnAlert(Strict):
    """What an alert opens."""

    open: Literal["pull-request", "issue"] = "issue"
    cooldown: Duration = "7d"


class Monitor(Strict):
    """The scheduled check."""

    schedule: Cron = Field("17 6 * * *", description="Cron in UTC, as GitHub Actions reads it.")
    drift: Drift = Field(default_factory=Drift)
    data: DataCheck = Field(default_factory=DataCheck)
    performance: Performance | None = None
    on_alert: OnAlert = Field(default_factory=OnAlert)
