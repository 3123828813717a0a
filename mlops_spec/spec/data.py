"""The section `data`: where the rows come from, what they must hold, how they are split."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from mlops_spec.spec.base import (
    ColumnName,
    DataAddress,
    Probability,
    RepoPath,
    SafeText,
    Scalar,
    Size,
    Strict,
    Text,
    no_entries,
    no_items,
    words,
)
from mlops_spec.spec.cadence import Cadence, steps_in, usual_season
from mlops_spec.spec.train import Stage


class Import(Strict):
    """Data that lives outside the repository and is brought in by `dvc import-url`."""

    import_: DataAddress = Field(
        alias="import", description="Address that DVC can read; its last part names the file in `data/`."
    )
    version: Text | None = Field(
        None,
        description="Version of the object, where the store keeps versions.",
        examples=["3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"],
    )


Connection = Annotated[
    str,
    words(
        r"^env:[A-Za-z_][A-Za-z0-9_]*$",
        100,
        "`env:` and the name of an environment variable that holds the address, so that no password lies in Git",
        "env:WAREHOUSE_URL",
    ),
]


class Query(Strict):
    """Rows of a database, which `mlops-spec import` brings into `data/` as Parquet, under the name of the query."""

    sql: RepoPath = Field(description="File with one query, in Git.", examples=["queries/rows.sql"])
    connection: Connection = Field(
        description="Which environment variable holds the database's address, such as `postgresql://host/warehouse`."
    )


def tag(source: Any) -> str:
    """Tells a query by its keys; in brackets, since it stands in the location of an error, where it names no key."""
    query = isinstance(source, Query) or (isinstance(source, Mapping) and not source.keys().isdisjoint(_OF_QUERIES))
    return "<sql>" if query else "<import>"


_OF_QUERIES = ("sql", "connection")
if TYPE_CHECKING:
    Source = Import | Query
else:
    Source = Annotated[Annotated[Import, Tag("<import>")] | Annotated[Query, Tag("<sql>")], Discriminator(tag)]


class Derived(Strict):
    """A column computed by cutting a number into left-closed bins: `[0, 25, 40]` gives `[0,25)` and `[25,40)`."""

    from_: ColumnName = Field(alias="from", description="The numeric column that is cut.", examples=["age"])
    bins: list[int | float] = Field(min_length=2, description="Edges, ascending.", examples=[[0, 25, 40, 60, 120]])


FileKind = Literal["png", "jpeg", "gif", "webp", "bmp", "wav", "npy", "pdf", "text", "any"]


class Files(Strict):
    """Files that rows name: training reads them by their paths, a predictor is given their bytes."""

    root: RepoPath = Field(description="Folder that DVC tracks; no file lies in it that no row names.")
    column: ColumnName = Field(
        description="The column with each row's file, as its path below `root`.", examples=["file"]
    )
    kinds: list[FileKind] = Field(
        min_length=1,
        description="What the files are, told by their bytes: a file of another kind, or a part of one, is refused. "
        "`text` is UTF-8; `any` looks at nothing.",
        examples=[["png"]],
    )
    max: Size = Field("5MB", description="Largest size of a file; a larger one is refused.")

    @property
    def digest(self) -> str:
        """The column that the split adds with the SHA-256 of each file's bytes."""
        return f"{self.column}.sha256"

    @property
    def measures(self) -> tuple[str, ...]:
        """The columns that it adds with what is measured of each file: evidence and drift are about these."""
        return tuple(f"{self.column}.{measure}" for measure in MEASURES)


#: Size in bytes, and of images the mean of all points from 0 (black) to 1 (white), NaN for what is no image.
MEASURES = ("bytes", "brightness")


MEDIAN = 0.5  # the quantile that is the forecast


class Lag(Strict):
    """A column of a forecast: what another held so long before in the same series, or its mean up to then."""

    of: ColumnName = Field(
        description="The numeric column that is looked back at; it may be the target.", examples=["sales"]
    )
    by: Cadence = Field(
        description="How long before: no less than horizon and gap, so that it is known when the forecast is made.",
        examples=["28d"],
    )
    mean: Cadence | None = Field(
        None, description="The mean over so long a time that ends then, in place of the value.", examples=["7d"]
    )


class Split(Strict):
    """How test rows are set aside."""

    by: Literal["hash", "time", "group", "column"] = Field(
        "hash",
        description="`hash` of what a row holds besides id and target, so that equal rows stay together; newest rows "
        "by `time`; whole groups, of which the id may be one; or a column that says `train` or `test`.",
    )
    column: ColumnName | None = Field(
        None, description="The column that `time`, `group` and `column` read.", examples=["customer"]
    )
    test: Annotated[float, Field(gt=0, lt=1)] = Field(0.25, description="Share of the rows that is set aside.")
    salt: SafeText = Field("", description="Changes which rows a split by hash or group sets aside.", examples=["2027"])
    horizon: Cadence | None = Field(
        None,
        description="Of forecasts by `time`, in place of `test`: how far ahead each is made. The last `folds` times "
        "that long are tested.",
    )
    folds: Annotated[int, Field(ge=1, le=1000)] = Field(
        1,
        description="How many forecasts are tested one after the other, each from its own origin, by the one model "
        "that was trained before the first.",
        examples=[3],
    )
    refit: bool = Field(
        False,
        description="Whether a model is trained anew at each further origin as well, on what is known there: its "
        "measures stand beside those of the released one, which gates judge.",
    )
    gap: Cadence | None = Field(
        None,
        description="Time between the last value that is known and the first that is forecast, as where values arrive "
        "late. Its rows are neither trained on nor tested before the first origin.",
        examples=["1d"],
    )


class Rows(Strict):
    """How many rows there must be."""

    min: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Fewer rows break the contract.", examples=[20000]
    )
    max: Annotated[int, Field(ge=1)] | None = Field(None, description="More rows break the contract.", examples=[90000])


class Missing(Strict):
    """How much may be missing."""

    max: Probability = Field(description="Largest share of missing values in a column.", examples=[0.0])


class Column(Strict):
    """What a column must hold."""

    type: Literal["integer", "number", "category", "boolean", "string", "timestamp"] = Field(
        description="What the column's values are; `category` and `string` stay text, `timestamp` is ISO 8601."
    )
    min: int | float | None = Field(
        None, description="Smallest value that an integer or a number may have.", examples=[18]
    )
    max: int | float | None = Field(
        None, description="Largest value that an integer or a number may have.", examples=[120]
    )
    values: list[Scalar] | None = Field(None, min_length=1, description="The only values that a category may take.")
    missing: Missing | None = Field(None, description="Overrides the contract's `missing` for this column.")


class Contract(Strict):
    """What the data must be before anything trains on it."""

    rows: Rows = Field(default_factory=Rows.model_construct)
    columns: dict[ColumnName, Column] = Field(
        default_factory=no_entries, description="Columns by name, and what each must hold."
    )
    unique: list[ColumnName] = Field(
        default_factory=no_items, description="Columns whose values never repeat.", examples=[["id"]]
    )
    missing: Missing | None = None


class Data(Strict):
    """The rows that the model learns from and is judged on."""

    path: RepoPath | Source = Field(
        description="File tracked by DVC (CSV or Parquet), folder of Parquet parts, what `prepare` writes, or where to "
        "import it from: an address, or a query of a database."
    )
    target: ColumnName | Annotated[list[ColumnName], Field(min_length=2)] | None = Field(
        description="The column to predict. Of several labels or numbers: their columns, in the order of the answer; "
        "of a ranking: the relevance; of generation: the reference text, or `null` where rows have none.",
        examples=["default_next_month"],
    )
    positive: bool | int | Text | None = Field(None, description="The target's positive value, for a binary task.")
    id: ColumnName | None = Field(
        None, description="The column that names a row for good; it is read as text.", examples=["id"]
    )
    weight: ColumnName | None = Field(
        None,
        description="What each row counts in every measure and its interval: numbers above 0. No feature; `train.run` "
        "finds it among the training rows.",
        examples=["exposure"],
    )
    time: ColumnName | None = Field(
        None, description="Of forecasts: the column that says when a row's target was measured.", examples=["date"]
    )
    series: ColumnName | None = Field(
        None,
        description="Of forecasts: the column that says which series a row is of; else all are of one.",
        examples=["store"],
    )
    frequency: Cadence | None = Field(
        None, description="Of forecasts: how far apart the rows of a series are.", examples=["1d"]
    )
    season: Cadence | None = Field(
        None,
        description="Of forecasts: what comes round again, for scales and the seasonal naive forecast. Else a day of "
        "hours, a week of days, a year of weeks, months or quarters, or one step.",
        examples=["7d"],
    )
    protected: list[ColumnName] = Field(
        default_factory=no_items,
        description="Attributes that fairness is measured on; never silently a feature.",
        examples=[["sex", "age_band"]],
    )
    derive: dict[ColumnName, Derived] = Field(default_factory=no_entries, description="The only computed columns.")
    files: Files | None = Field(None, description="Files that the rows name by a column, such as images.")
    quantiles: list[Annotated[float, Field(gt=0, lt=1)]] = Field(
        default_factory=no_items,
        description="Of forecasts: the quantiles that the model answers for each row, ascending, 0.5 among them, which "
        "is the forecast. Else it answers one number.",
        examples=[[0.1, 0.5, 0.9]],
    )
    lags: dict[ColumnName, Lag] = Field(
        default_factory=no_entries,
        description="Of forecasts: columns of what was known of the series so long before, which the model sees.",
        examples=[{"sales_28d_ago": {"of": "sales", "by": "28d"}}],
    )
    prepare: Stage | None = Field(
        None,
        description="Makes the table of `path` from raw data, before the split. It sees the tested rows as well, so it "
        "must not learn from them.",
    )
    split: Split = Field(default_factory=Split.model_construct)
    contract: Contract = Field(default_factory=Contract.model_construct)

    @model_validator(mode="after")
    def _split_by_their_time(self) -> Self:
        if self.time is not None and self.split.by == "time" and self.split.column is None:
            object.__setattr__(self, "split", self.split.model_copy(update={"column": self.time}))
        return self

    @property
    def refitted(self) -> bool:
        """Whether models are trained anew: at the origins after the first, if there are any."""
        return self.split.refit and self.split.folds > 1 and self.split.horizon is not None

    @property
    def horizon_steps(self) -> int | None:
        """How many steps ahead a forecast goes; None where that is not said, or no whole number."""
        return self.steps_in(self.split.horizon)

    @property
    def gap_steps(self) -> int | None:
        """How many steps lie between what is known and the first forecast; None where it is no whole number."""
        return 0 if self.split.gap is None else self.steps_in(self.split.gap)

    @property
    def untrained_steps(self) -> int | None:
        """How many steps at the end no model is trained on: those tested, and the gap; None where that is not said."""
        horizon = self.horizon_steps
        return None if horizon is None else self.split.folds * horizon + (self.gap_steps or 0)

    @property
    def season_steps(self) -> int | None:
        """How many steps a season has; None where it is no whole number."""
        return self.steps_in(self.season or (usual_season(self.frequency) if self.frequency else None))

    @property
    def only_of_forecasts(self) -> tuple[str, ...]:
        """The keys, below `data`, that say something of forecasts alone."""
        asked = {
            "time": self.time,
            "series": self.series,
            "frequency": self.frequency,
            "season": self.season,
            "quantiles": self.quantiles or None,
            "lags": self.lags or None,
            "split.horizon": self.split.horizon,
            "split.gap": self.split.gap,
            "split.folds": self.split.folds - 1 or None,
            "split.refit": self.split.refit or None,
        }
        return tuple(key for key, value in asked.items() if value is not None)

    @property
    def unfit_quantiles(self) -> str:
        """Why the quantiles tell nothing, or not what a forecast is; else empty."""
        levels = self.quantiles
        if not levels:
            return ""
        if levels != sorted(set(levels)):
            return "they do not ascend"
        return "" if MEDIAN in levels and len(levels) > 1 else "0.5, the forecast itself, and another must be there"

    def steps_in(self, length: str | None) -> int | None:
        """How many steps of the frequency a length has; None where it is none, or no whole number."""
        return None if length is None or self.frequency is None else steps_in(length, self.frequency)

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to predict, in the order of the answer."""
        return (self.target,) if isinstance(self.target, str) else tuple(self.target or ())
