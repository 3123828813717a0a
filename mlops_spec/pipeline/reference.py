"""The reference of a package: a summary of its training rows, which a live model's inputs are compared with.

Each feature is kept as counts in bins that it fixes itself, and a number also as quantiles, for measures that read
values. Of texts of too many values the length and the share of unseen words are kept in their place: they may name
people. Times of too many are left
out, and so are such texts in more than a million rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.seasons import PARTS, Part, mixed
from mlops_spec.pipeline.seasons import QUANTILES as PART_QUANTILES
from mlops_spec.pipeline.vocabulary import Vocabulary, vocabulary_of
from mlops_spec.system.regular import regular
from mlops_validators.binning import FEW_VALUES, Bins, bins_of, count
from mlops_validators.histogram import bins_from, histogram, quantiles, recount
from mlops_validators.parquet import WHOLE, ParquetColumns, count_values, edges_for, in_bins

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mlops_spec.pipeline.seasons import Seasons
    from mlops_spec.spec.watch import Season

NAME = "reference.json"  # in a package
QUANTILES = 512
MOST_CATEGORIES = 100
LIMIT = 16 * 2**20


@dataclass(frozen=True)
class Column:
    """One feature of the training rows: `counts` in `bins`, and for a number up to 512 `values`, ascending.

    Where it is `by_length` all are of the texts' numbers of characters, with a `vocabulary` of their shares of words
    that are not in it. `beside` is the second of the two, where the first is a column's own. Where there is a `season`
    `parts` are what training rows of each part of it held, such as those of each month of the year.
    """

    bins: Bins
    counts: np.ndarray
    values: np.ndarray | None
    by_length: bool = False
    vocabulary: Vocabulary | None = None
    beside: Column | None = None
    season: Season | None = None
    parts: Mapping[int, Part] = field(default_factory=dict)

    def measured(self, rows: pd.Series) -> np.ndarray:
        """What of a column's values is compared with this: a text's length is NaN where there is none."""
        if self.vocabulary is not None:
            return self.vocabulary.unseen(rows)
        return _lengths(rows) if self.by_length else as_kept(rows).to_numpy()


def reference_of(rows: pd.DataFrame, features: Iterable[str], seasons: Seasons | None = None) -> dict[str, Any]:
    """The summary of the features of the training rows, as plain data for JSON; with `seasons` by their parts too."""
    found = {name: _by_part(_whole_column(rows[name]), rows[name], seasons) for name in features}
    return {"v": 1, "rows": len(rows), "columns": {name: column for name, column in found.items() if column}}


def reference_of_file(path: Path, features: Iterable[str], seasons: Seasons | None = None) -> dict[str, Any]:
    """The same of a Parquet file, a column at a time; of more than a million rows by histograms."""
    data = ParquetColumns(regular(path))
    if data.rows <= WHOLE:
        columns = ((name, pd.read_parquet(regular(path), columns=[name])[name]) for name in features)
        found = {name: _by_part(_whole_column(column), column, seasons) for name, column in columns}
    else:
        found = {
            name: _whole_column(pd.read_parquet(regular(path), columns=[name])[name])
            if data.is_time(name)
            else _long_column(data, name)
            for name in features
        }
        if seasons is not None:
            found = {
                name: _by_part(record, pd.read_parquet(regular(path), columns=[name])[name], seasons)
                for name, record in found.items()
            }
    return {"v": 1, "rows": data.rows, "columns": {name: column for name, column in found.items() if column}}


def _by_part(record: dict[str, Any] | None, column: pd.Series, seasons: Seasons | None) -> dict[str, Any] | None:
    """The record of a column with its rows of each part of the season; of lengths of texts as it was."""
    if record is None or seasons is None or record.get("by_length"):
        return record
    bins, values = _bins(record), as_kept(column)
    parts = {}
    for code in np.unique(seasons.codes[seasons.codes >= 0]).tolist():
        some = values[seasons.codes == code]
        known = _quantiles(some, PART_QUANTILES) if record["quantiles"] and some.notna().any() else None
        parts[str(code)] = {"counts": count(bins, some.to_numpy()).tolist(), "quantiles": known}
    return record | {"season": seasons.season, "parts": parts}


def of_season(reference: Mapping[str, Column], wanted: Mapping[int, float]) -> dict[str, Column]:
    """The reference as it would be of training rows with these shares of each part of the season."""
    return {
        name: replace(column, counts=found.counts, values=found.values)
        if column.parts and (found := mixed(column.parts, wanted, QUANTILES))
        else column
        for name, column in reference.items()
    }


def read_reference(package_dir: Path, file: str = NAME) -> Mapping[str, Column]:
    """The reference in a verified package, in its file; empty for one that was built before there was any.

    Raises:
        Failure: it is none (exit 78).
    """
    path = package_dir / file
    try:
        if path.stat().st_size > LIMIT:
            raise ValueError(f"larger than {LIMIT:,} bytes")
        record = json.loads(path.read_bytes())
        return {name: _read(column) for name, column in record["columns"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Failure(f"{path} is no reference: {error}", exit_code=Exit.CONFIG) from error


def as_kept(column: pd.Series) -> pd.Series:
    """A column as a reference has it: times are texts there, each written the same whatever stands beside it."""
    if column.dtype.kind != "M":
        return column
    return column.map(pd.Timestamp.isoformat, na_action="ignore").astype(object).where(column.notna(), None)


def _column(column: pd.Series) -> dict[str, Any] | None:
    values = column.to_numpy()
    try:
        bins = bins_of(values)
    except ValueError:  # all missing
        return None
    if bins.values is not None and len(bins.values) > MOST_CATEGORIES:
        return _text_lengths(column)
    numbers = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return _record(bins, count(bins, values), _quantiles(column) if numbers else None)


def _text_lengths(column: pd.Series) -> dict[str, Any]:
    record = _of_numbers(_lengths(column)) | {"by_length": True}
    if (found := vocabulary_of(column)) is None:
        return record
    vocabulary, unseen = found
    return record | {"words": _of_numbers(unseen) | {"vocabulary": vocabulary.as_text()}}


def _of_numbers(values: np.ndarray) -> dict[str, Any]:
    bins = bins_of(values)
    return _record(bins, count(bins, values), _quantiles(pd.Series(values)))


def _lengths(column: pd.Series) -> np.ndarray:
    return column.map(lambda value: float(len(str(value))), na_action="ignore").to_numpy(
        dtype=np.float64, na_value=np.nan
    )


def _whole_column(column: pd.Series) -> dict[str, Any] | None:
    if column.dtype.kind == "M" and column.nunique() > MOST_CATEGORIES:
        return None
    return _column(as_kept(column))


def _long_column(data: ParquetColumns, name: str) -> dict[str, Any] | None:
    try:
        if data.is_number(name) and len(edges := edges_for(data, name)) > 2 * FEW_VALUES:
            found = histogram(data.numbers(name), edges)
            bins = bins_from(found)
            return _record(bins, recount(found, bins), quantiles(found, QUANTILES).tolist())
        times = count_values(data, name)
    except ValueError:  # all missing, or too many values
        return None
    bins = Bins(values=tuple(sorted(value for value in times if value is not None)))
    if not 0 < len(bins.values or ()) <= MOST_CATEGORIES:
        return None
    return _record(bins, in_bins(times, bins), _quantiles_of_counted(times) if data.is_number(name) else None)


def _quantiles_of_counted(times: Counter[str | None]) -> list[float]:
    numbers = sorted((float(value), number) for value, number in times.items() if value is not None)
    reached = np.cumsum([number for _, number in numbers])
    places = np.linspace(0, reached[-1] - 1, min(int(reached[-1]), QUANTILES)).round()
    return [numbers[place][0] for place in np.searchsorted(reached, places, side="right")]


def _record(bins: Bins, counts: np.ndarray, values: list[float] | None) -> dict[str, Any]:
    return {
        "edges": bins.edges.tolist() if bins.edges is not None else None,
        "values": list(bins.values) if bins.values is not None else None,
        "counts": counts.tolist(),
        "quantiles": values,
    }


def _quantiles(column: pd.Series, most: int = QUANTILES) -> list[float]:
    known = np.sort(column.dropna().to_numpy(dtype=np.float64))
    places = np.linspace(0, len(known) - 1, min(len(known), most)).round().astype(np.intp)
    return [float(value) for value in known[places]]


def _read(column: dict[str, Any]) -> Column:
    bins = _bins(column)
    counts, values = _counted(column, bins)
    vocabulary = Vocabulary.of_text(column["vocabulary"]) if "vocabulary" in column else None
    beside = _read(column["words"]) if "words" in column else None
    parts = {int(code): Part(*_counted(part, bins)) for code, part in column.get("parts", {}).items()}
    season = column.get("season")
    if season not in (None, *PARTS) or (season is None) != (not parts):
        raise ValueError("parts are of no season")
    return Column(bins, counts, values, column.get("by_length") is True, vocabulary, beside, season, parts)


def _bins(column: Mapping[str, Any]) -> Bins:
    edges, values = column["edges"], column["values"]
    if (edges is None) == (values is None):
        raise ValueError("counts and bins do not agree")
    return Bins(
        edges=np.array(edges, dtype=np.float64) if edges is not None else None,
        values=tuple(map(str, values)) if values is not None else None,
    )


def _counted(record: Mapping[str, Any], bins: Bins) -> tuple[np.ndarray, np.ndarray | None]:
    counts = np.array(record["counts"], dtype=np.intp)
    if counts.shape != (bins.size,):
        raise ValueError("counts and bins do not agree")
    return counts, np.array(record["quantiles"], dtype=np.float64) if record["quantiles"] else None
