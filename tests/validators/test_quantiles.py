"""Measures of forecasts by quantiles: by hand, beside scikit-learn and utilsforecast, and undefined rather than
guessed."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn import metrics
from utilsforecast import losses

from mlops_validators import MEASURES, interval, paired_difference, quantile_measure
from mlops_validators.forecasts import ABSOLUTE, SEASONAL, SERIES, VALUE
from mlops_validators.quantiles import OF_QUANTILES, naive_quantiles, nominal, seasonal_quantiles

LEVELS = (0.1, 0.5, 0.9)
NAMES = [*OF_QUANTILES, "mase", "rmsse", "wape", "smape", "skill_seasonal_naive", "mean_absolute_error"]


def rows(series=40, steps=14, levels=LEVELS, *, spread=1.0):
    """Truths (n, 6 + 2 k) of series that move by 2, and quantiles that are right where `spread` is 1."""
    rng = np.random.default_rng(0)
    middle = rng.normal(40, 5, (series, steps)).ravel()
    truth = np.empty((len(middle), 6 + 2 * len(levels)))
    truth[:, VALUE] = middle + rng.normal(size=len(middle))
    truth[:, 1:6] = [2.0, 6.0, 0, 41, 39]
    truth[:, SERIES] = np.repeat(np.arange(series), steps)
    truth[:, 6:] = [*(41 + 6 * norm.ppf(levels)), *(39 + 6 * norm.ppf(levels))]
    return truth, middle[:, None] + spread * norm.ppf(levels)


def test_by_hand():
    truth, score = [10.0, 20.0], [[8, 9, 12], [21, 24, 26]]  # within by 2 and 2; 1 below the lowest

    measured = {name: quantile_measure(name, LEVELS)(truth, score) for name in OF_QUANTILES if name not in NEED_HISTORY}

    assert measured == pytest.approx(
        {
            # 0.1 × 2, 0.5 × 1, 0.1 × 2 · 0.9 × 1, 0.5 × 4, 0.1 × 6
            "mean_pinball_loss": (0.2 + 0.5 + 0.2 + 0.9 + 2.0 + 0.6) / 6,
            "coverage": 0.5,
            "coverage_error": 0.3,
            "mean_interval_score": (4 + 5 + 1 / 0.1) / 2,
            "mean_interval_width": 4.5,
        }
    )
    history = [[10, 2, 5, 0, 9, 14, *[8, 9, 10], *[8, 14, 20]], [20, 2, 5, 0, 9, 14, *[8, 9, 10], *[8, 14, 20]]]
    assert quantile_measure("scaled_pinball_loss", LEVELS)(history, score) == pytest.approx(4.4 / 6 / 2)
    # 10 is 2 above 8, 4 below 14, 10 below 20; 20 is 12 above 8, 6 above 14, and 20
    simple = 0.1 * 2 + 0.5 * 4 + 0.1 * 10 + 0.1 * 12 + 0.5 * 6
    assert quantile_measure("skill_pinball", LEVELS)(history, score) == pytest.approx(1 - 4.4 / simple)


NEED_HISTORY = ("scaled_pinball_loss", "skill_pinball")


@pytest.mark.parametrize("levels", [(0.1, 0.5, 0.9), (0.025, 0.25, 0.5, 0.75, 0.975), (0.5, 0.8, 0.95)])
def test_beside_scikit_learn(levels):
    truth, score = rows(levels=levels)
    each = [metrics.mean_pinball_loss(truth[:, 0], told, alpha=at) for at, told in zip(levels, score.T, strict=True)]

    assert quantile_measure("mean_pinball_loss", levels)(truth, score) == pytest.approx(np.mean(each), rel=1e-12)
    if levels[0] + levels[-1] == 1:  # then the interval's score is that of its two ends
        ends = 2 / (1 - nominal(levels)) * (each[0] + each[-1])
        assert quantile_measure("mean_interval_score", levels)(truth, score) == pytest.approx(ends, rel=1e-9)


def test_beside_utilsforecast():
    truth, score = rows()
    told = [f"model-{level:g}" for level in LEVELS]
    tested = pd.DataFrame(
        {"unique_id": truth[:, SERIES].astype(int), "y": truth[:, VALUE]} | dict(zip(told, score.T, strict=True))
    )

    wanted = {
        "mean_pinball_loss": losses.mqloss(tested, {"model": told}, quantiles=np.array(LEVELS)),
        "coverage": losses.coverage(
            tested.rename(columns={told[0]: "model-lo-80", told[-1]: "model-hi-80"}), ["model"], level=80
        ),
    }

    for name, of_series in wanted.items():
        assert quantile_measure(name, LEVELS)(truth, score) == pytest.approx(of_series["model"].mean(), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_value_has_an_interval_around_it_and_series_are_drawn_whole(name):
    truth, score = rows(120)
    score[:, -1] += np.random.default_rng(1).random(len(score))  # no width has a spread of its own else
    measure = quantile_measure(name, LEVELS)

    found = interval(measure, truth, score, groups=truth[:, SERIES], resamples=200)

    assert found.known
    assert found.informing == 120
    assert measure.low <= found.low <= found.value <= found.high <= measure.high
    assert found.value == pytest.approx(measure(truth, score))


@pytest.mark.parametrize("name", NAMES)
def test_measures_of_a_point_read_the_median_and_simple_forecasts_have_no_skill(name):
    truth, score = rows()
    if name in MEASURES:
        assert quantile_measure(name, LEVELS)(truth, score) == MEASURES[name](truth[:, :6], score[:, 1])
    if name.startswith("skill"):
        simple = seasonal_quantiles(truth)
        assert simple[:, 1].tolist() == truth[:, SEASONAL].tolist()
        assert quantile_measure(name, LEVELS)(truth, simple) == 0
    assert naive_quantiles(truth).shape == (560, 3)


@pytest.mark.parametrize(("spread", "right"), [(1.0, True), (0.5, False), (2.0, False)])
def test_too_narrow_and_too_wide_are_both_wrong(spread, right):
    truth, score = rows(80, spread=spread)

    found = interval(quantile_measure("coverage_error", LEVELS), truth, score, groups=truth[:, SERIES])

    assert (found.high < 0.06) is right
    assert (found.low == 0) is right
    assert found.value == pytest.approx(abs(2 * norm.cdf(spread * norm.ppf(0.9)) - 1 - 0.8), abs=0.03)


@pytest.mark.parametrize("name", ["mean_pinball_loss", "mean_interval_score", "skill_pinball"])
def test_the_right_spread_is_the_best(name):
    truth, score = rows(80)
    measure = quantile_measure(name, LEVELS)

    for spread in (0.4, 2.5):
        found = paired_difference(measure, truth, score, rows(80, spread=spread)[1], groups=truth[:, SERIES])
        assert (found.low > 0) if measure.higher_is_better else (found.high < 0)


@pytest.mark.parametrize(("outside", "low"), [(0, 0.912), (1, 0.868), (3, 0.796)])
def test_where_few_rows_lie_outside_the_groups_that_have_any_say_how_sure_that_is(outside, low):
    """By hand: of 40 groups 0, 1 or 3 have one, whose share is at most 1 - 0.025^(1/40), and so on."""
    truth, score = rows(spread=20)
    truth[: 14 * outside : 14, VALUE] += 1000

    found = interval(quantile_measure("coverage", LEVELS), truth, score, groups=truth[:, SERIES])
    apart = interval(quantile_measure("coverage_error", LEVELS), truth, score, groups=truth[:, SERIES])

    assert (found.value, found.method) == (pytest.approx(1 - outside / 560), "clopper-pearson")
    assert found.low == pytest.approx(low, abs=1e-3)
    assert (found.high == 1) is (outside == 0)
    assert apart.low == pytest.approx(max(found.low - 0.8, 0))
    if not outside:
        none = interval(quantile_measure("coverage", LEVELS), truth, score + 500, groups=truth[:, SERIES])
        assert (none.low, none.high) == (0, pytest.approx(1 - found.low))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda y, s: (y, s[:, ::-1]), "560 of 560 rows whose quantiles cross"),
        (lambda y, s: (y, np.where(np.arange(560)[:, None] == 3, s[:, [2, 1, 0]], s)), "1 of 560 rows whose quantiles"),
        (lambda y, s: (y, s[:, :2]), "`y_score` has 2 columns for 3 quantiles"),
        (lambda y, s: (y, s[:, 0]), r"`y_score` has shape \(560,\); it must have 2 dimensions"),
        (lambda y, s: (y[:, :6], s), r"of 3 quantiles it is \(rows,\), or 12 wide"),
        (lambda y, s: (y, np.where(np.arange(560)[:, None] == 3, np.nan, s)), "3 of 1680 values that are NaN"),
        (lambda y, s: (y[:5], s), "lengths differ"),
        (lambda y, s: (y[:1], s[:1]), "one row says nothing"),
    ],
)
@pytest.mark.parametrize("name", ["mean_pinball_loss", "coverage_error", "mase"])
def test_what_are_no_quantiles_are_refused(name, change, says):
    with pytest.raises(ValueError, match=says):
        interval(quantile_measure(name, LEVELS), *change(*rows()))


def test_what_has_no_denominator_is_undefined():
    truth, score = rows()
    still = truth.copy()
    still[:14, ABSOLUTE] = 0
    sure = np.column_stack([truth[:, :6], *[truth[:, VALUE]] * 6])

    for name, given, says in (
        ("scaled_pinball_loss", still, "in training 1 of 40 series never differ"),
        ("skill_pinball", sure, "the seasonal naive forecast is never wrong"),
        ("skill_pinball", truth[:, VALUE], "undefined without what was known"),
        ("scaled_pinball_loss", truth[:, VALUE], "undefined without what was known"),
    ):
        with pytest.raises(ValueError, match=says):
            quantile_measure(name, LEVELS)(given, score)


@pytest.mark.parametrize("levels", [(0.1, 0.9), (0.5,), (0.9, 0.5, 0.1), (0.5, 0.5, 0.9), (0, 0.5, 1), (10, 50, 90)])
def test_levels_ascend_within_0_and_1_and_have_the_median(levels):
    with pytest.raises(ValueError, match=r"0\.5 is one of them"):
        quantile_measure("coverage", levels)


@pytest.mark.parametrize("name", ["roc_auc", "no_such_metric"])
def test_no_other_measure_is_of_quantiles(name):
    with pytest.raises(ValueError, match="of forecasts by quantiles; there are mean_pinball_loss"):
        quantile_measure(name, LEVELS)


def test_a_measure_of_one_number_takes_no_quantiles():
    truth, score = rows()

    with pytest.raises(ValueError, match="mase is for forecasting"):
        interval("mase", truth[:, :6], score)


Z = norm.ppf(LEVELS)


def loss_of(quantiles):
    """The expected pinball loss, of what is normal with variance 1."""
    return float(np.mean(quantiles * (norm.cdf(quantiles) - LEVELS) + norm.pdf(quantiles)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "meant"),
    [("coverage", 0.8), ("mean_pinball_loss", loss_of(Z)), ("skill_pinball", 1 - loss_of(Z) / loss_of(2 * Z))],
)
def test_how_often_intervals_hold_the_truth_of_series_that_each_have_an_error_of_their_own(name, meant):
    """The quantiles are right, and those of the simple forecast twice as wide."""
    rng, series, held = np.random.default_rng(4), np.repeat(np.arange(80), 14), []
    right, wide = (np.tile(each, (len(series), 1)) for each in (Z, 2 * Z))
    for _ in range(400):
        value = 0.6 * rng.normal(size=80)[series] + 0.8 * rng.normal(size=len(series))  # of variance 1
        truth = np.column_stack([value, *np.ones((5, len(series))), wide, wide])
        found = interval(quantile_measure(name, LEVELS), truth, right, groups=series, resamples=500)
        held.append(found.low <= meant <= found.high)

    assert 0.92 <= np.mean(held) <= 0.98
