from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from mlops_validators.interval import Interval
from mlops_validators.measures import MEASURES
from mlops_validators.multiplicity import p_beyond, widened
from mlops_validators.weak_slices import Search, WeakSlice, judge_search, search_slices


def features(rng, rows):
    return {
        "place": np.array(list("abcdef"))[rng.integers(0, 6, rows)],
        "age": rng.integers(18, 80, rows).astype(float),
        "plan": np.array(["free", "paid", None], dtype=object)[rng.integers(0, 3, rows)],
    }


def told(rng, area):
    """Truth and scores whose area is `area`, a number or one for each row."""
    truth = (rng.random(len(area)) < 0.3).astype(int)
    return truth, 1 / (1 + np.exp(-rng.normal(size=len(area)) - ndtri(area) * np.sqrt(2) * truth))


def known(*rows, low=0.7, high=0.8):
    return Search(tuple(WeakSlice((("a", str(n)),), n, Interval((low + high) / 2, low, high, "x")) for n in rows), 0)


def test_the_planted_slice_decides():
    rng = np.random.default_rng(1)
    given = features(rng, 6000)
    weak = (given["place"] == "c") & (given["plan"] == "paid")
    search = search_slices("roc_auc", *told(rng, np.where(weak, 0.5, 0.8)), given, min_rows=200, depth=2)

    verdict, decider = judge_search(search, minimum=0.65)

    assert verdict.verdict == "fail"
    assert dict(decider.conditions) == {"place": "c", "plan": "paid"}
    assert decider.rows == weak.sum()
    assert f"place=c & plan=paid ({weak.sum()} rows), the worst of {len(search.slices)} slices: " in verdict.reason


@pytest.mark.parametrize("depth", [1, 2])
def test_every_slice_is_measured_as_it_would_be_alone(depth):
    rng = np.random.default_rng(2)
    given = features(rng, 3000)
    truth, score = told(rng, np.full(3000, 0.8))

    search = search_slices("roc_auc", truth, score, given, min_rows=100, depth=depth)

    cut = np.searchsorted(np.quantile(given["age"], [0.25, 0.5, 0.75]), given["age"], side="right")
    columns = {"place": given["place"], "age": cut, "plan": given["plan"].astype(str)}
    sizes = [np.count_nonzero(values == one) for values in columns.values() for one in np.unique(values)]
    assert [one.rows for one in search.slices if len(one.conditions) == 1] == [
        *sizes[:-3],
        *sizes[-2:],
        sizes[-3],  # missing comes last
    ]
    assert len(search.slices) == (13 if depth == 1 else 13 + 6 * 4 + 6 * 3 + 4 * 3)
    for one in search.slices:
        if dict(one.conditions).keys() <= {"place", "plan"}:
            names = {column: value.replace("(missing)", "None") for column, value in one.conditions}
            rows = np.all([columns[name] == names[name] for name, _ in one.conditions], axis=0)
            assert one.rows == rows.sum()
            assert one.interval.value == pytest.approx(MEASURES["roc_auc"](truth[rows], score[rows]))


def test_small_slices_and_the_whole_are_not_looked_at():
    truth = np.arange(400) % 2
    few = np.where(np.arange(400) < 40, "few", "many")

    search = search_slices("accuracy", truth, truth, {"few": few, "all": np.zeros(400)}, min_rows=50)

    assert [one.name for one in search.slices] == ["few=many"]


def test_a_slice_of_one_class_is_counted_and_decides_nothing():
    truth = np.arange(400) // 100 % 2
    score = np.clip(truth * 0.4 + np.random.default_rng(0).random(400) * 0.6, 0, 1)

    search = search_slices("roc_auc", truth, score, {"class": truth, "other": np.arange(400) % 2}, min_rows=50)

    assert ([one.name for one in search.slices], search.undefined) == (["other=0", "other=1"], 2)
    assert "the worst of 2 slices, 2 without a value" in judge_search(search, minimum=0.5)[0].reason


def test_rows_that_belong_together_make_the_interval_wider():
    rng = np.random.default_rng(3)
    truth, score = told(rng, np.full(600, 0.8))
    tenfold = [np.repeat(each, 10) for each in (truth, score, np.arange(600) % 2, np.arange(600))]

    (one, _), (two, _) = (
        search_slices("roc_auc", *tenfold[:2], {"side": tenfold[2]}, groups=groups).slices
        for groups in (None, tenfold[3])
    )

    assert two.interval.high - two.interval.low > 2 * (one.interval.high - one.interval.low)


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({"minimum": 0.7}, "pass"),
        ({"minimum": 0.71}, "inconclusive"),
        ({"minimum": 0.81}, "inconclusive"),  # beyond its own end, not beyond the corrected one
        ({"minimum": 0.9}, "fail"),
        ({"maximum": 0.8}, "pass"),
        ({"maximum": 0.69}, "inconclusive"),
        ({"maximum": 0.6}, "fail"),
        ({"minimum": 0.2, "maximum": 0.79}, "inconclusive"),
        ({"minimum": 0.9, "maximum": 0.95}, "fail"),
    ],
)
def test_it_passes_on_its_own_interval_and_fails_on_the_corrected_one(bounds, verdict):
    assert judge_search(known(*range(300, 340)), **bounds)[0].verdict == verdict


def test_the_corrected_interval_agrees_with_the_p_value():
    found = Interval(0.75, 0.7, 0.8, "x")

    for among in (1, 7, 500):
        wide = widened(found, among)
        assert p_beyond(found, wide.high) * among == pytest.approx(0.025)
        assert p_beyond(found, wide.low) * among == pytest.approx(0.025)


def test_an_interval_without_ends_is_inconclusive_unless_another_slice_fails():
    unknown = WeakSlice((("a", "?"),), 500, Interval(0.9, np.nan, np.nan, "x"))

    lenient, strict = ({"minimum": 0.5}, {"minimum": 0.95})
    search = Search((unknown, *known(300).slices), 0)

    assert judge_search(search, **lenient)[0].verdict == "inconclusive"
    assert judge_search(search, **strict)[0].verdict == "fail"


def test_the_corrected_end_is_a_value_that_the_measure_can_have():
    truth, side = np.arange(200) % 2, {"side": np.arange(200) // 100}
    search = search_slices("accuracy", truth, np.where(np.arange(200) % 99, truth, 1 - truth), side, min_rows=50)

    assert search.reach == (0, 1)
    assert judge_search(replace(search, slices=search.slices * 50), minimum=0.999)[1].interval.high == 1


def test_nothing_to_look_at_is_no_pass():
    assert judge_search(Search((), 0), minimum=0.1)[0].verdict == "inconclusive"
    assert judge_search(Search((), 4), minimum=0.1)[0].reason == "the measure is undefined in every slice"


@pytest.mark.slow
def test_good_slices_are_rarely_called_weak():
    """All slices exactly at the bound, where failing is most likely: by chance at most 2.5 % of data sets fail."""
    rng = np.random.default_rng(4)

    verdicts = [
        judge_search(
            search_slices("roc_auc", *told(rng, np.full(2000, 0.75)), features(rng, 2000), depth=2), minimum=0.75
        )[0].verdict
        for _ in range(100)
    ]

    assert verdicts.count("pass") == 0
    assert verdicts.count("fail") <= 7  # 8 or more in 1 of 100 runs


GOOD = ([0, 1] * 40, [0.1, 0.9] * 40)


@pytest.mark.parametrize(
    ("answers", "given", "options"),
    [
        ((GOOD[0], [np.nan, *GOOD[1][1:]]), {"a": GOOD[0]}, {}),
        ((GOOD[0], GOOD[1][1:]), {"a": GOOD[0]}, {}),
        (GOOD, {"a": [1, 2, 3]}, {}),
        (GOOD, {}, {}),
        (GOOD, {"a": GOOD[0]}, {"depth": 3}),
        (GOOD, {"a": GOOD[0]}, {"min_rows": 29}),
        (([1] * 80, GOOD[1]), {"a": GOOD[0]}, {}),
    ],
    ids=["nan", "lengths", "column", "none", "depth", "rows", "one class"],
)
def test_what_cannot_be_searched(answers, given, options):
    with pytest.raises(ValueError, match=r"NaN|lengths|shape|features|depth|min_rows|one class"):
        search_slices("roc_auc", *answers, given, **options)


def test_a_bound_there_must_be():
    with pytest.raises(ValueError, match="cannot fail"):
        judge_search(known(300))
