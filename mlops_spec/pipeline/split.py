"""The stage `split`: checks the contract, derives columns, and divides the rows into train and test without leaks."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import canonical
from mlops_spec.pipeline import origins
from mlops_spec.pipeline.balance import deviations, divide
from mlops_spec.pipeline.column_types import TYPES
from mlops_spec.pipeline.contract import check, columns_found
from mlops_spec.pipeline.file_column import FileColumn
from mlops_spec.pipeline.file_folder import data_sha256
from mlops_spec.pipeline.known import columns_of
from mlops_spec.pipeline.lagged import with_lags
from mlops_spec.pipeline.leak import leaked, row_hashes
from mlops_spec.pipeline.near_numbers import near_numbers
from mlops_spec.pipeline.rows import known_columns, read_rows
from mlops_spec.pipeline.sample import held_to
from mlops_spec.pipeline.steps import steps_of
from mlops_spec.pipeline.table import of_frame
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.spec.features import positive_class
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Data, Derived


def split(root: Path, spec: Spec, data_path: Path) -> tuple[str, ...]:
    """Writes train and test rows and the split's report, and returns what deviates from what was asked for.

    Raises Failure, which lists all that is wrong.
    """
    rows = read_rows(data_path, known_columns(spec.data))
    files = FileColumn.of(root, spec)
    violations = [*check(held_to(root, spec), rows), *(files.violations(of_frame(rows)) if files else ())]
    if violations:
        listed = "".join(f"\n  {violation}" for violation in [*violations, *columns_found(violations, rows.columns)])
        raise Failure(
            f"{data_path.relative_to(root)} breaks its contract in {_times(len(violations))}:{listed}",
            exit_code=Exit.FINDINGS,
            remedy="Mend the data where it comes from, or change `data` in model.yaml if the promise was wrong.",
        )
    rows = with_derived(typed(spec, rows), spec.data.derive)
    whole = with_lags(spec.data, files.added(rows) if files else rows)
    rows = without_gap(spec.data, whole)
    test, balance = divide(spec, rows)
    _check_sides(spec, rows, row_hashes(spec.data, rows), test)
    _write(root, spec, rows, test)
    notes = (
        *near_numbers(rows, {*spec.data.targets, *known_columns(spec.data)}),
        *deviations(balance, spec.data.split),
        *(origins.notes(spec.data, rows) if spec.data.split.horizon else ()),
    )
    report = _report(spec, rows, test) | {"balance": asdict(balance), "notes": notes} | _between(spec, whole, rows)
    write_atomic(root / model_folder.SPLIT_REPORT, canonical(report | {"data": _data(root, spec, rows)}))
    return notes


def _data(root: Path, spec: Spec, rows: pd.DataFrame) -> dict[str, object]:
    return {"sha256": data_sha256(root, spec.data), "rows": len(rows)}


def typed(spec: Spec, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns of the contract in its types; a Parquet file's own categories become their values."""
    known = {name: TYPES[column.type].kept(rows[name]) for name, column in spec.data.contract.columns.items()}
    if spec.data.id:
        known[spec.data.id] = TYPES["string"].kept(rows[spec.data.id])
    if spec.data.files:
        known[spec.data.files.column] = TYPES["string"].kept(rows[spec.data.files.column])
    plain = {
        str(name): rows[name].astype(rows[name].cat.categories.dtype)
        for name in rows.columns
        if isinstance(rows[name].dtype, pd.CategoricalDtype)
    }
    return rows.assign(**plain | known)


def with_derived(rows: pd.DataFrame, derive: dict[str, Derived]) -> pd.DataFrame:
    """The rows with columns of bin names, such as `[25,40)`; a missing number has no bin."""
    return rows.assign(**{name: _binned(rows[each.from_], each.bins) for name, each in derive.items()})


def without_gap(data: Data, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without those between the last that is known at the first origin and the first that is forecast."""
    if data.split.horizon is None:
        return rows
    folds = origins.folds_of(data, steps_of(rows[str(data.time)], str(data.frequency)))
    kept: pd.DataFrame = rows.loc[folds != origins.NEITHER]
    return kept


def _binned(values: pd.Series, edges: Sequence[float]) -> pd.Series:
    labels = [f"[{low},{high})" for low, high in itertools.pairwise(edges)]
    return pd.cut(
        pd.to_numeric(values, errors="coerce").astype("float64"), list(edges), right=False, labels=labels
    ).astype("str")


def _check_sides(spec: Spec, rows: pd.DataFrame, hashes: pd.Series, test: pd.Series) -> None:
    if test.all() or not test.any():
        _refuse(f"puts {int((~test).sum()):,} rows into train and {int(test.sum()):,} into test")
    if said := TARGETS[spec.task].one_sided(
        rows.loc[~test, [*spec.data.targets]], rows.loc[test, [*spec.data.targets]]
    ):
        _refuse(said)
    found = leaked(hashes, test)
    if found.any():
        first = ", ".join(str(name) for name in found.index[found][:5] + 1)
        _refuse(f"lets {int(found.sum()):,} test rows appear in train as well: rows {first}")


def _refuse(what: str) -> None:
    raise Failure(
        f"the split {what}",
        exit_code=Exit.FINDINGS,
        remedy="Change `data.split` in model.yaml, or remove repeated rows from the data.",
    )


def _write(root: Path, spec: Spec, rows: pd.DataFrame, test: pd.Series) -> None:
    make_folder(root / model_folder.SPLIT)
    kept = rows.drop(columns=[spec.data.split.column]) if spec.data.split.by == "column" else rows
    kept[~test].to_parquet(root / model_folder.TRAIN_ROWS, index=False)
    kept[test].to_parquet(root / model_folder.TEST_ROWS, index=False)


def _report(spec: Spec, rows: pd.DataFrame, test: pd.Series) -> dict[str, object]:
    return {
        "v": 1,
        "by": spec.data.split.by,
        "train": {"rows": int((~test).sum())},
        "test": {"rows": int(test.sum())},
        "classes": TARGETS[spec.task].classes(spec, rows),
        "positive": positive_class(spec),
    }


def _between(spec: Spec, whole: pd.DataFrame, rows: pd.DataFrame) -> dict[str, object]:
    """The gap's rows as far as they tell what was known at a later origin; nothing where there are none."""
    gap = whole.drop(index=rows.index)
    if gap.empty:
        return {}
    told = gap[columns_of(spec)].astype(
        {str(spec.data.time): "str"} if gap[str(spec.data.time)].dtype.kind == "M" else {}
    )
    return {"between": told.to_dict(orient="list")}


def _times(count: int) -> str:
    return "one place" if count == 1 else f"{count} places"
