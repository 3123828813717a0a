"""Measures of forecasts: by hand, beside what a loop over series gives, and undefined rather than guessed."""

import numpy as np
import pandas as pd
import pytest
from utilsforecast import losses

from mlops_validators import MEASURES, interval, paired_difference
from mlops_validators.forecasts import ABSOLUTE, NAIVE, SEASONAL, SERIES, SQUARED, VALUE
from mlops_validators.time_leaks import Timed, too_early


def rows(series=6, steps=28, *, unit=1):
    """Series of as many tested steps each, after 120 of training, with a season of 7 steps, in units of their own."""
    rng = np.random.default_rng(0)
    whole = 30 + 4 * np.sin(2 * np.pi * np.arange(120 + steps) / 7) + rng.normal(size=(series, 120 + steps))
    whole *= 1 + unit * np.arange(series)[:, None]
    train, test = whole[:, :120], whole[:, 120:]
    apart = train[:, 7:] - train[:, :-7]
    truth = np.empty((series, steps, 6))
    truth[..., VALUE], truth[..., SERIES] = test, np.arange(series)[:, None]
    truth[..., ABSOLUTE] = np.abs(apart).mean(axis=1)[:, None]
    truth[..., SQUARED] = (apart**2).mean(axis=1)[:, None]
    truth[..., NAIVE] = train[:, -1:]
    truth[..., SEASONAL] = np.tile(train[:, -7:], steps // 7)
    return train, truth, test + rng.normal(size=test.shape)


def test_the_measures_are_those_of_each_series_put_together():
    train, truth, score = rows()
    error = truth[..., VALUE] - score
    moves = train[:, 7:] - train[:, :-7]
    flat, told = truth.reshape(-1, 6), score.ravel()

    mase = np.abs(error).mean(axis=1) / np.abs(moves).mean(axis=1)
    rmsse = np.sqrt((error**2).mean(axis=1) / (moves**2).mean(axis=1))
    smape = (2 * np.abs(error) / (np.abs(truth[..., VALUE]) + np.abs(score))).mean(axis=1)

    assert MEASURES["mase"](flat, told) == pytest.approx(mase.mean())
    assert MEASURES["rmsse"](flat, told) == pytest.approx(rmsse.mean())
    assert MEASURES["rmsse"](truth[0], score[0]) == pytest.approx(rmsse[0])
    assert MEASURES["smape"](flat, told) == pytest.approx(smape.mean())
    assert MEASURES["wape"](flat, told) == pytest.approx(np.abs(error).sum() / np.abs(truth[..., VALUE]).sum())


def test_by_hand():
    truth = [[10, 2, 5, 0, 9, 14], [20, 2, 5, 0, 9, 14]]  # moves of 2 on average, of 5 squared

    assert MEASURES["mase"](truth, [12, 20]) == 0.5  # (2 / 2 + 0) / 2
    assert MEASURES["rmsse"](truth, [12, 20]) == pytest.approx(np.sqrt(4 / 5 / 2))
    assert MEASURES["wape"](truth, [12, 20]) == pytest.approx(2 / 30)
    assert MEASURES["smape"](truth, [12, 20]) == pytest.approx(2 * 2 / 22 / 2)
    assert MEASURES["skill_naive"](truth, [12, 20]) == pytest.approx(1 - 2 / (1 + 11))
    assert MEASURES["skill_seasonal_naive"](truth, [12, 20]) == pytest.approx(1 - 2 / (4 + 6))


def test_of_several_series_rmsse_is_the_mean_of_their_roots_as_in_m5():
    """By hand: one series is off by 1 and one by 3, each where it moves by 1: roots of 1 and 9 are 1 and 3, 2 on
    average, where the root of their mean 5 would be more. `mase` is the mean of 1 and 3, as M4 takes it."""
    truth = [[10, 1, 1, 0, 9, 9]] * 2 + [[10, 1, 1, 1, 9, 9]] * 2
    score = [11, 9, 13, 7]

    assert MEASURES["rmsse"](truth, score) == 2
    assert MEASURES["rmsse"](truth, score, weights=[3, 3, 1, 1]) == pytest.approx((3 * 1 + 1 * 3) / 4)
    assert MEASURES["mase"](truth, score) == 2
    assert np.mean([MEASURES["rmsse"](truth[at : at + 2], score[at : at + 2]) for at in (0, 2)]) == 2


@pytest.mark.parametrize("weights", [None, "by series", "by row"])
@pytest.mark.parametrize("blocks", [1, 7, 168])
def test_rmsse_is_the_same_however_its_rows_are_drawn(blocks, weights):
    """Whole series are drawn by a mean of their roots, and others by their sums: both give the measure."""
    _, truth, score = rows()
    flat, rng = truth.reshape(-1, 6), np.random.default_rng(1)
    count = {None: None, "by series": 1 + np.repeat(np.arange(6), 28), "by row": 1 + rng.random(168)}[weights]
    groups = {1: np.repeat(np.arange(6), 28), 7: np.tile(np.arange(28) // 7, 6), 168: None}[blocks]

    found = interval("rmsse", flat, score.ravel(), groups=groups, weights=count, resamples=200)

    assert found.value == pytest.approx(MEASURES["rmsse"](flat, score.ravel(), weights=count))


def test_the_measures_are_those_of_utilsforecast():
    """Which gives those of each series: the season is 7 steps, and series are of units of their own."""
    train, truth, score = rows(40)
    known, tested = (
        pd.DataFrame(
            {"unique_id": np.repeat(np.arange(40), values.shape[1]), "ds": np.tile(days, 40), "y": values.ravel()}
        )
        for values, days in ((train, np.arange(120)), (truth[..., VALUE], np.arange(120, 148)))
    )
    tested["model"] = score.ravel()
    scaled = {"seasonality": 7, "train_df": known}
    wanted = {
        "mase": losses.mase(tested, ["model"], **scaled),
        "rmsse": losses.rmsse(tested, ["model"], **scaled),
        "mean_absolute_error": losses.mae(tested, ["model"]),
    }

    for name, of_series in wanted.items():
        assert MEASURES[name](truth.reshape(-1, 6), score.ravel()) == pytest.approx(
            of_series["model"].mean(), rel=1e-12
        )
    # theirs goes to 1
    of_series = losses.smape(tested, ["model"])["model"]
    assert MEASURES["smape"](truth.reshape(-1, 6), score.ravel()) == pytest.approx(2 * of_series.mean(), rel=1e-12)


def test_the_simple_forecasts_have_no_skill():
    _, truth, _ = rows()
    flat = truth.reshape(-1, 6)

    assert MEASURES["skill_naive"](flat, flat[:, NAIVE]) == 0
    assert MEASURES["skill_seasonal_naive"](flat, flat[:, SEASONAL]) == 0
    assert MEASURES["skill_naive"](flat, flat[:, VALUE]) == 1


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("mase", {ABSOLUTE: 0.0}, "in training 6 of 6 series never differ from the season before"),
        ("rmsse", {SQUARED: 0.0}, "in training 6 of 6 series never differ"),
        ("wape", {VALUE: 0.0}, "undefined where every `y_true` is 0"),
        ("skill_naive", {NAIVE: None}, "the simple forecast is never wrong"),
        ("mase", {NAIVE: np.nan}, "NaN or infinite"),
    ],
)
def test_what_has_no_denominator_is_undefined(name, change, says):
    _, truth, score = rows()
    flat = truth.reshape(-1, 6)
    for place, value in change.items():
        flat[:, place] = flat[:, VALUE] if value is None else value

    with pytest.raises(ValueError, match=says):
        interval(name, flat, score.ravel())


def test_without_history_there_is_no_scale():
    _, truth, score = rows()

    with pytest.raises(ValueError, match="undefined without what was known of each row's series"):
        interval("mase", truth[..., VALUE].ravel(), score.ravel())
    assert interval("wape", truth[..., VALUE].ravel(), score.ravel()).known
    with pytest.raises(ValueError, match=r"it is \(rows,\), or \(rows, 6\)"):
        interval("mase", truth.reshape(-1, 6)[:, :5], score.ravel())


@pytest.mark.parametrize("name", ["mase", "rmsse", "wape", "smape", "skill_seasonal_naive"])
def test_series_are_drawn_whole(name):
    """A bias of its own in each series is one observation, however many steps it is seen in."""
    rng = np.random.default_rng(3)
    _, truth, score = rows(60, unit=0)
    flat, groups = truth.reshape(-1, 6), np.repeat(np.arange(60), 28)
    told = (score + 3 * rng.uniform(-1, 1, size=(60, 1))).ravel()

    alone, together = (interval(name, flat, told, groups=by) for by in (None, groups))

    assert together.informing == 60
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert paired_difference(name, flat, told, flat[:, SEASONAL], groups=groups).informing == 60


DAYS = 1200
SERIES_OF_DAYS = 20 + 8 * np.sin(np.arange(DAYS) / 58) + np.random.default_rng(5).normal(0, 3, DAYS).cumsum() * 0.2
SERIES_OF_DAYS += np.random.default_rng(6).normal(0, 2, DAYS)


def moved(steps):
    """What was so many steps before each."""
    found = np.roll(SERIES_OF_DAYS, steps)
    return np.where((np.arange(DAYS) < steps) | (np.arange(DAYS) >= DAYS + steps), np.nan, found)


def mean_of(steps):
    return np.mean([moved(step) for step in steps], axis=0)


KNOWN = {
    "a horizon ago": moved(7),
    "two horizons ago": moved(14),
    "mean up to the origin": mean_of(range(7, 14)),
    "day of the week": np.arange(DAYS) % 7 * 1.0,
    "day of the year": np.cos(2 * np.pi * np.arange(DAYS) / 365.25),
    "day": np.arange(DAYS) * 1.0,
    "a year ago": moved(365),
    "chance": np.random.default_rng(7).normal(size=DAYS),
    "always the same": np.ones(DAYS),
}
UNKNOWN = {
    "target itself": moved(0),
    "target moved by a day": moved(1),
    "target moved by less than the horizon": moved(6),
    "next value": moved(-1),
    "value of next week": moved(-7),
    "mean that reaches past the origin": mean_of(range(7)),
    "mean around the row": mean_of(range(-3, 4)),
    "mean of what comes": mean_of(range(-7, 0)),
    "change since yesterday": moved(0) - moved(1),
    "target with some noise": moved(0) + np.random.default_rng(8).normal(0, 0.3, DAYS),
}
TIMED = Timed(SERIES_OF_DAYS, np.zeros(DAYS, dtype=np.intp), np.arange(DAYS))


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_when_a_row_is_forecast_is_no_leak(name):
    assert too_early({name: KNOWN[name]}, TIMED, ahead=7, season=7) == []


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_yet_is_found(name):
    (found,) = too_early({name: UNKNOWN[name]}, TIMED, ahead=7, season=7)

    assert found.score > 0.9
    assert "not known when the row is forecast" in found.why


def test_the_same_in_any_order_of_rows_and_of_several_series():
    order = np.random.default_rng(9).permutation(2 * DAYS)
    target = np.concatenate([SERIES_OF_DAYS, SERIES_OF_DAYS[::-1] * 5])
    series, steps = np.repeat([0, 1], DAYS), np.tile(np.arange(DAYS), 2)
    ahead = np.concatenate([moved(-2), np.append(target[DAYS + 2 :], [np.nan] * 2)])
    before = np.concatenate([moved(7), np.append([np.nan] * 7, target[DAYS:-7])])
    timed = Timed(target[order], series[order], steps[order])

    found = too_early({"ahead": ahead[order], "before": before[order]}, timed, ahead=7, season=7)

    assert [one.column for one in found] == ["ahead"]


def test_too_few_rows_tell_nothing():
    short = Timed(SERIES_OF_DAYS[:40], np.zeros(40, dtype=np.intp), np.arange(40))

    with pytest.raises(ValueError, match=r"nothing tells whether a feature knows what comes: .* are needed"):
        too_early({"x": moved(0)[:40]}, short, ahead=7, season=7)
