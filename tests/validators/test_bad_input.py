"""Whatever comes in, a public function gives a result or a ValueError that says why: no other error and no warning."""

import ast
import itertools
import re
from functools import partial
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

import mlops_validators
from mlops_validators import MEASURES, custom_measure, estimate, interval, intervals, judge, paired_difference
from mlops_validators.binning import bins_of, count
from mlops_validators.calibration import brier_parts, expected_calibration_error
from mlops_validators.categories import categories, crossed
from mlops_validators.drift import OF_VALUES, drift, drift_of_quantiles
from mlops_validators.fairness import DISPARITIES, count_groups, disparity, disparity_interval
from mlops_validators.fairness_change import disparity_change
from mlops_validators.joint_leaks import revealing_pairs
from mlops_validators.leak import judge_twins, near_twins
from mlops_validators.multiplicity import benjamini_hochberg, holm
from mlops_validators.ranking import VALUES, query_values, ranked
from mlops_validators.robustness import perturb
from mlops_validators.target_encodings import encodings
from mlops_validators.target_leaks import predictive_power, revealing
from mlops_validators.text_parts import text_parts
from mlops_validators.unlabelled import answered
from mlops_validators.unlabelled import estimated as estimated_unlabelled
from mlops_validators.weak_slices import judge_search, search_slices, slices_of

N = 60
RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 2, N)
ARRAYS = {
    "classes": CLASSES,
    "probabilities": RNG.random(N),
    "empty": [],
    "one row": [1],
    "shorter": CLASSES[:-1],
    "one class": np.ones(N, dtype=int),
    "all NaN": np.full(N, np.nan),
    "one NaN": np.where(np.arange(N) == 3, np.nan, RNG.random(N)),
    "infinite": np.where(np.arange(N) == 3, np.inf, CLASSES),
    "minus infinity": np.full(N, -np.inf),
    "beyond 1": 3 * RNG.random(N),
    "negative": -RNG.random(N),
    "huge": np.where(CLASSES, 1.7e308, -1.7e308),
    "tiny": CLASSES * 5e-324,
    "texts": np.array(["a", "b"])[CLASSES],
    "nobody": np.full(N, None),
    "mixed": np.array(["a", 1, None, 2.5, True, float("nan")] * (N // 6), dtype=object),
    "times": np.datetime64("2024-01-01") + CLASSES,
    "no times": np.full(N, np.datetime64("NaT", "D")),
    "spans": CLASSES.astype("timedelta64[D]"),
    "truths": CLASSES == 1,
    "complex": CLASSES + 1j,
    "bytes": CLASSES.astype("S1"),
    "records": np.zeros(N, dtype=[("a", int), ("b", float)]),
    "matrix": RNG.dirichlet(np.ones(3), N),
    "no columns": np.zeros((N, 0)),
    "cube": np.zeros((2, 2, 2)),
    "ragged": [[1], [1, 2]],
    "scalar": 1.0,
    "nothing": None,
    "large codes": CLASSES * 2**40,
    "unsigned": np.where(CLASSES, np.uint64(2**64 - 1), np.uint64(0)),
}
CHECKS = {  # through which the others read what they are given
    *("answers", "numbers", "binary_labels", "zeros_and_ones", "class_codes", "probabilities", "row_weights"),
    *("label_matrix", "label_probabilities"),
    *("as_column", "column_of", "applies", "design_of", "columns_of", "groups_by", "rows_in"),
}
TASKS = ("binary-classification", "multiclass-classification", "regression")
OWN = custom_measure("own", lambda y, p: float(np.mean(p - y)), task="regression", higher_is_better=True)


def measured(name, one, two):
    return estimate(name, one, two), MEASURES[name](one, two), MEASURES[name](two, two, weights=one)


def estimated(name, one, two):
    found = interval(name, one, two, resamples=100)
    verdict = judge(found, minimum=-1e300, rows=N).verdict
    assert verdict != "pass" or (isfinite(found.value) and found.low < found.high)
    assert judge(found, minimum=-1e300, rows=3).verdict == "inconclusive"
    return interval(name, two, two, groups=one, resamples=100), interval(name, two, two, strata=one, resamples=100)


def together(one, two):
    names = ["roc_auc", "f1", "brier_score", "expected_calibration_error", "r2", OWN]
    assert all(str(found) for found in intervals(names, one, two, groups=two, resamples=100))


def compared(name, one, two):
    return paired_difference(name, CLASSES, one, two, resamples=100)


def unequal(name, one, two):
    groups = count_groups(CLASSES, one, two)
    return disparity(name, groups), disparity_interval(name, groups)


def moved(method, one, two):
    found = drift(method, one, two)
    assert isfinite(found.value)
    assert isfinite(found.p_value)


def binned(one, two):
    counts = count(bins_of(one), two)
    assert counts.sum() == len(two)


def leaking(one, two):
    judge_twins(near_twins({"a": one}, {"a": two}), len(two))
    judge_twins(near_twins({"a": one, "b": two}, {"a": one, "b": two}), len(one))


def searched(one, two):
    judge_search(search_slices("brier_score", CLASSES, RNG.random(N), {"a": one, "b": two}, min_rows=30), minimum=0)
    list(slices_of({"a": one, "b": two}, N, min_rows=30, depth=2))


def worsened(kind, one, two):
    assert len(perturb(kind, one, rate=0.5, seed=0)) == len(one)


CALLS = {
    **{f"measure {name}": partial(measured, name) for name in MEASURES},
    **{f"interval {name}": partial(estimated, name) for name in ("roc_auc", "f1", "brier_score", "accuracy", "r2")},
    "interval calibration": partial(estimated, "expected_calibration_error"),
    "interval own": partial(estimated, OWN),
    "intervals": together,
    **{f"difference {name}": partial(compared, name) for name in ("roc_auc", "recall", "log_loss", "r2", "f1_macro")},
    **{f"disparity {name}": partial(unequal, name) for name in DISPARITIES},
    **{f"drift {name}": partial(moved, name) for name in ("psi", "jensen_shannon", "chi2", *sorted(OF_VALUES))},
    **{f"power {task}": (lambda one, two, task=task: predictive_power(one, two, task)) for task in TASKS},
    **{
        f"perturb {kind}": partial(worsened, kind)
        for kind in ("missing", "noise", "unseen_category", "shift", "rounding")
    },
    "calibration": lambda one, two: (expected_calibration_error(one, two), brier_parts(one, two)),
    "bins": binned,
    "categories": lambda one, two: (categories(one), crossed([one, two])),
    "leak": leaking,
    "revealing": lambda one, two: revealing({"a": one}, two, "regression"),
    **{
        f"pairs {task}": (lambda one, two, task=task: revealing_pairs({"a": one, "b": RNG.random(N)}, two, task))
        for task in TASKS
    },
    **{
        f"encodings {task}": (lambda one, two, task=task: encodings({"a": one}, {"b": CLASSES, "c": one}, two, task))
        for task in TASKS
    },
    "parts of a text": lambda one, two: (text_parts(one), text_parts(two)),
    "weak slices": searched,
    "change of a disparity": lambda one, two: disparity_change(
        "demographic_parity_difference", CLASSES, (one, CLASSES), two
    ),
    "quantiles": lambda one, two: drift_of_quantiles("ks", one, N, two),
    "unlabelled": lambda one, two: estimated_unlabelled("accuracy", one, answered(CLASSES, two, TASKS[0])),
    **{
        f"ranking {name}": (lambda one, two, name=name: query_values(name, ranked(one, two, CLASSES), 3))
        for name in VALUES
    },
    "p-values": lambda one, two: (holm(one), benjamini_hochberg(two)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_result_or_an_error_that_says_why(name):
    wrong = {}
    for (one, first), (two, second) in itertools.product(ARRAYS.items(), repeat=2):
        try:
            CALLS[name](first, second)
        except ValueError as error:
            if not str(error):
                wrong[one, two] = "an error without a word"
        except Exception as error:
            wrong[one, two] = repr(error)
    assert wrong == {}


def test_every_function_that_takes_a_users_arrays_is_tried():
    """Those annotated as `ArrayLike`; others get arrays that were checked."""
    tried = Path(__file__).read_text(encoding="utf-8").partition("ARRAYS = ")[2]
    public = [
        node
        for path in Path(mlops_validators.__file__).parent.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    open_ones = {node.name for node in public if "ArrayLike" in ast.unparse(node.args)}

    assert {name for name in open_ones - CHECKS if not re.search(rf"\b{name}\b", tried)} == set()
