"""When the drift alarm rings: the starter's rows moved in two ways, and rows that have not moved at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.monitor.inputs import check_drift
from mlops_spec.monitor.predictions import Live
from mlops_spec.pipeline.reference import NAME, read_reference, reference_of
from mlops_spec.spec.watch import Drift

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.pipeline.reference import Column

STARTER = Path(__file__).parents[2] / "template/starter/credit-default/data/credit_default.csv"
HIDDEN = ["id", "sex", "age", "default"]


def kept(folder: Path, train: pd.DataFrame) -> Mapping[str, Column]:
    (folder / NAME).write_text(json.dumps(reference_of(train, list(train.columns))))
    return read_reference(folder)


def alarm(reference: Mapping[str, Column], rows: pd.DataFrame, **bounds: Any) -> tuple[str, ...]:
    return check_drift(Drift(**bounds), reference, Live(rows, (), np.empty(0))).findings


@pytest.fixture(scope="module")
def starter() -> pd.DataFrame:
    return pd.read_csv(STARTER).drop(columns=HIDDEN).sample(frac=1, random_state=1).reset_index(drop=True)


def moved(rows: pd.DataFrame, deviations: float) -> pd.DataFrame:
    numbers = rows.select_dtypes("number")
    return rows.assign(**(numbers + deviations * numbers.std()))


@pytest.mark.parametrize("count", [500, 7_500])
def test_three_features_that_are_always_zero(starter: pd.DataFrame, tmp_path: Path, count: int) -> None:
    live = starter[22_500 : 22_500 + count]
    named = ["repayment_status_1", "bill_1", "payment_1"]

    found = alarm(kept(tmp_path, starter[:22_500]), live.assign(**dict.fromkeys(named, 0)))

    assert {finding.partition(":")[0] for finding in found} == set(named)
    assert alarm(kept(tmp_path, starter[:22_500]), live) == ()


@pytest.mark.parametrize("method", ["psi", "jensen_shannon", "chi2", "ks", "wasserstein"])
def test_all_features_a_third_of_a_deviation_higher(starter: pd.DataFrame, tmp_path: Path, method: str) -> None:
    reference = kept(tmp_path, starter[:22_500])

    assert alarm(reference, moved(starter[22_500:], 0.3), method=method)
    assert alarm(reference, starter[22_500:], method=method) == ()


def normals(seed: int, count: int, columns: int = 50) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame(draw.normal(size=(count, columns)), columns=[f"c{number}" for number in range(columns)])


def test_normal_columns_a_third_of_a_deviation_higher(tmp_path: Path) -> None:
    """Each by less than the bound, and all of them surely."""
    reference = kept(tmp_path, normals(0, 20_000))

    assert "50 of 50 columns moved less, but surely" in alarm(reference, moved(normals(1, 10_000), 0.3))[0]


@pytest.mark.slow
@pytest.mark.parametrize("count", [100, 10_000])
@pytest.mark.parametrize("method", ["psi", "ks"])
def test_fifty_columns_that_have_not_moved_ring_in_one_check_of_a_hundred(
    tmp_path: Path, count: int, method: str
) -> None:
    """Normal, of few values, and skewed with many zeros; 200 checks, and a fresh sample for each."""

    def rows(seed: int, size: int) -> pd.DataFrame:
        draw = np.random.default_rng(seed)
        told = normals(seed, size)
        told[told.columns[:15]] = draw.integers(0, 8, (size, 15))
        told[told.columns[15:30]] = draw.lognormal(6, 2, (size, 15)) * (draw.random((size, 15)) < 0.4)
        return told

    reference = kept(tmp_path, rows(0, 20_000))

    assert sum(bool(alarm(reference, rows(seed, count), method=method)) for seed in range(1, 201)) <= 2
