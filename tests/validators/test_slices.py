from mlops_validators import Interval, Verdict
from mlops_validators.slices import Slice, judge_slices, worst


def test_a_small_or_undefined_slice_is_inconclusive_and_blocks():
    well = Interval(0.80, 0.75, 0.85, "delong")
    slices = {"a": Slice(500, well), "small": Slice(10, well), "one class": Slice(90, None, "one class only")}

    verdicts = judge_slices(slices, minimum=0.6, min_rows=50)

    assert verdicts["a"].verdict == "pass"
    assert verdicts["small"] == Verdict("inconclusive", "10 rows, at least 50 are needed", 50)
    assert verdicts["one class"] == Verdict("inconclusive", "one class only (90 rows)")
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
