"""Perturbing: the chosen columns, the chosen share, by a seed, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.gates.perturb import perturb
from mlops_spec.spec.gates.robustness import RobustnessGate

COUNT = 4000
DRAW = np.random.default_rng(1)
ROWS = pd.DataFrame(
    {
        "x": DRAW.normal(100, 20, COUNT),
        "n": DRAW.integers(0, 1000, COUNT),
        "flag": DRAW.random(COUNT) < 0.5,
        "kind": DRAW.choice(["a", "b"], COUNT),
        "id": np.arange(COUNT),
    }
)
FEATURES = ["x", "n", "flag", "kind"]


def perturbed(kind: str, **how: Any) -> pd.DataFrame:
    gate = RobustnessGate.model_validate({"robustness": kind, "metric": "roc_auc", "max_drop": 0.1, "rate": 0.2, **how})
    return perturb(gate, FEATURES, ROWS, ROWS, seed=7)


@pytest.mark.parametrize(
    ("kind", "touched"),
    [
        ("missing", {"x", "n", "flag", "kind"}),
        ("noise", {"x", "n", "kind"}),
        ("shift", {"x", "n"}),
        ("rounding", {"x", "n"}),
        ("unseen_category", {"kind"}),
        ("typos", {"kind"}),
        ("case", {"kind"}),
        ("whitespace", {"kind"}),
    ],
)
def test_all_means_the_features_that_the_kind_fits(kind: str, touched: set[str]) -> None:
    found = perturbed(kind)

    assert {name for name in ROWS if not found[name].equals(ROWS[name])} == touched


def test_a_share_of_the_values_is_hit() -> None:
    found = perturbed("missing", columns=["x", "kind"])

    assert found["x"].isna().mean() == pytest.approx(0.2, abs=0.03)
    assert found["kind"].isna().mean() == pytest.approx(0.2, abs=0.03)
    assert not (found["x"].isna() == found["kind"].isna()).all()
    assert found["x"].dropna().equals(ROWS["x"][found["x"].notna()])


def test_the_same_seed_perturbs_the_same() -> None:
    pd.testing.assert_frame_equal(perturbed("noise"), perturbed("noise"))


def test_noise_shift_and_rounding_are_as_large_as_they_say() -> None:
    deviation = ROWS["x"].std()
    noise = (perturbed("noise", rate=1.0)["x"] - ROWS["x"]).std()
    shift = perturbed("shift", rate=1.0)["x"] - ROWS["x"]
    rounded = perturbed("rounding", rate=1.0)["x"]

    assert noise == pytest.approx(0.1 * deviation, rel=0.05)
    np.testing.assert_allclose(shift, 0.5 * deviation)
    assert set(rounded[rounded >= 100] % 10) == {0.0}
    assert (rounded - ROWS["x"]).abs().max() <= 5


def test_whole_numbers_stay_whole() -> None:
    for kind in ("noise", "shift", "rounding"):
        assert perturbed(kind)["n"].dtype == ROWS["n"].dtype


def test_an_unseen_category_was_never_seen() -> None:
    assert len(set(perturbed("unseen_category")["kind"]) - {"a", "b"}) == 1


def test_other_categories_are_noise() -> None:
    found = perturbed("noise", columns=["kind"], rate=1.0)["kind"]

    assert set(found) == {"a", "b"}
    assert found.dtype == ROWS["kind"].dtype
    assert (found == ROWS["kind"]).mean() == pytest.approx(0.5, abs=0.05)


def test_what_is_missing_already_stays_so() -> None:
    gaps = ROWS.assign(x=ROWS["x"].mask(ROWS["flag"]), kind=ROWS["kind"].astype("str").mask(ROWS["flag"]))
    for kind, column in (("noise", "x"), ("shift", "x"), ("rounding", "x"), ("noise", "n"), ("missing", "kind")):
        gate = RobustnessGate.model_validate({"robustness": kind, "metric": "roc_auc", "max_drop": 0.1, "rate": 0.2})
        found = perturb(gate, FEATURES, gaps, gaps, seed=7)

        assert found[column][gaps[column].isna()].isna().all()


def test_times_and_truth_values_can_only_be_missing() -> None:
    seen = ROWS.assign(seen=pd.Timestamp("2026-01-01"))
    gate = {"metric": "roc_auc", "max_drop": 0.1, "rate": 0.2, "columns": ["seen", "flag"]}

    gone = RobustnessGate.model_validate({"robustness": "missing", **gate})
    found = perturb(gone, [*FEATURES, "seen"], seen, seen, seed=7)
    assert found[["seen", "flag"]].isna().mean().tolist() == pytest.approx([0.2, 0.2])
    with pytest.raises(ValueError, match="seen, flag"):
        perturb(RobustnessGate.model_validate({"robustness": "noise", **gate}), [*FEATURES, "seen"], seen, seen, seed=7)


def test_what_changes_nothing_is_refused() -> None:
    """Numbers of two digits rounded to two, and a shift by half of no spread."""
    small = ROWS.assign(n=ROWS["n"] % 100, x=1.0)

    for kind, column in (("rounding", "n"), ("shift", "x")):
        gate = {"robustness": kind, "metric": "roc_auc", "max_drop": 0.1, "columns": [column]}
        with pytest.raises(ValueError, match=f"leaves every value of {column} as it is"):
            perturb(RobustnessGate.model_validate(gate), FEATURES, small, small, seed=7)


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("unseen_category", ["n"]),
        ("unseen_category", ["x"]),
        ("missing", ["id"]),
        ("shift", ["kind"]),
        ("shift", ["nope"]),
    ],
)
def test_a_column_that_the_kind_does_not_fit_is_refused(kind: str, columns: list[str]) -> None:
    with pytest.raises((ValueError, KeyError), match=columns[0]):
        perturbed(kind, columns=columns)
