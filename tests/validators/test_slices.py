import numpy as np
import pytest

from mlops_validators import Interval, Verdict, interval
from mlops_validators.slices import Slice, judge_slices, measure_slices, worst


@pytest.fixture
def rows():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 3000)
    return truth, np.clip(truth * 0.3 + rng.random(3000) * 0.7, 0, 1), np.array(list("abc"))[rng.integers(0, 3, 3000)]


def test_a_slice_is_its_rows_alone(rows):
    truth, score, by = rows

    found = measure_slices("roc_auc", truth, score, by)

    assert set(found) == {"a", "b", "c"}
    assert found["b"].interval == interval("roc_auc", truth[by == "b"], score[by == "b"])
    assert sum(one.rows for one in found.values()) == 3000


def test_a_small_or_undefined_slice_is_inconclusive_and_blocks(rows):
    truth, score, by = rows
    by = by.astype(object)
    by[:10] = "small"
    truth[10:100], by[10:100] = 1, "one class"

    verdicts = judge_slices(measure_slices("roc_auc", truth, score, by), minimum=0.6, min_rows=50)

    assert verdicts["a"].verdict == "pass"
    assert verdicts["small"] == Verdict("inconclusive", "10 rows, at least 50 are needed", 50)
    assert "one class only" in verdicts["one class"].reason
    assert worst(list(verdicts.values())).verdict == "inconclusive"


def test_one_bad_look_among_many_is_not_yet_a_failure():
    """Alone its interval breaks the bound; among 20 slices one does so by chance."""
    slices = {str(k): Slice(500, Interval(0.80, 0.75, 0.85, "delong")) for k in range(19)}
    alone = {"bad": Slice(500, Interval(0.64, 0.59, 0.69, "delong"))}

    assert judge_slices(alone, minimum=0.7)["bad"].verdict == "fail"
    among = judge_slices(slices | alone, minimum=0.7)["bad"]
    assert among.verdict == "inconclusive"
    assert "among 20 slices" in among.reason


def test_a_damaged_slice_fails_among_many():
    slices = {str(k): Slice(500, Interval(0.80, 0.75, 0.85, "delong")) for k in range(19)}
    damaged = {"bad": Slice(500, Interval(0.5, 0.44, 0.56, "delong"))}

    verdicts = judge_slices(slices | damaged, minimum=0.7)

    assert verdicts["bad"].verdict == "fail"
    assert worst(list(verdicts.values())).verdict == "fail"


def test_a_maximum_is_judged_from_the_other_side():
    assert judge_slices({"a": Slice(500, Interval(9, 8, 10, "bca"))}, maximum=5)["a"].verdict == "fail"
    assert judge_slices({"a": Slice(500, Interval(3, 2, 4, "bca"))}, maximum=5)["a"].verdict == "pass"


def test_no_slices_never_pass():
    assert judge_slices({}, minimum=0.5) == {}
    assert worst([]).verdict == "inconclusive"


def test_an_unknown_measure_is_an_error_not_a_slice(rows):
    with pytest.raises(ValueError, match="no measure `roc`"):
        measure_slices("roc", *rows)


def test_lengths():
    with pytest.raises(ValueError, match="lengths differ"):
        measure_slices("accuracy", [0, 1], [0.1, 0.2], ["a"])
