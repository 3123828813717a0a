"""Measures of rankings are scikit-learn's, and of ties the mean over all orders, whatever order rows come in."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn import metrics

from mlops_validators import estimate, interval, intervals, judge, paired_difference, ranking_measure, row_measure
from mlops_validators.ranking import AT_K, VALUES, query_values, ranked
from mlops_validators.weak_slices import judge_search, search_slices

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = np.random.default_rng(8)
QUERIES, SIZE = 200, 10
RELEVANCE = RNG.integers(0, 4, (QUERIES, SIZE)).astype(float)
SCORE = (RELEVANCE + 2 * RNG.normal(size=(QUERIES, SIZE))).round()  # ties
QUERY = np.repeat(np.arange(QUERIES), SIZE)
ALL = [ranking_measure(name, 5 if name in AT_K else None) for name in VALUES]


def dcg(order: list[float], k: int) -> float:
    return sum(gain / np.log2(place + 2) for place, gain in enumerate(order[:k]))


def by_hand(name: str, k: int) -> Callable[[list[float]], float]:
    """What the measure is of one query's relevance in the order of rank."""
    return {
        "ndcg": lambda order: dcg(order, len(order)) / dcg(sorted(order, reverse=True), len(order)),
        "ndcg_at_k": lambda order: dcg(order, k) / dcg(sorted(order, reverse=True), k),
        "mean_reciprocal_rank": lambda order: 1 / (1 + next(place for place, gain in enumerate(order) if gain > 0)),
        "mean_average_precision": lambda order: np.mean(
            [np.mean(np.array(order[: place + 1]) > 0) for place, gain in enumerate(order) if gain > 0]
        ),
        "recall_at_k": lambda order: np.sum(np.array(order[:k]) > 0) / np.sum(np.array(order) > 0),
    }[name]


def over_all_orders(relevance: np.ndarray, score: np.ndarray, value: Callable[[list[float]], float]) -> float:
    ties = [relevance[score == each] for each in sorted(set(score), reverse=True)]
    orders = itertools.product(*(itertools.permutations(tie) for tie in ties))
    return float(np.mean([value([gain for tie in order for gain in tie]) for order in orders]))


@pytest.mark.parametrize("name", VALUES)
def test_ties_are_the_mean_over_all_orders(name: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        size = int(rng.integers(1, 7))
        relevance, score = rng.integers(0, 3, size).astype(float), rng.integers(0, 3, size).astype(float)
        relevance[0] = max(relevance[0], float(not relevance.any()))
        rows = rng.permutation(size + 2)
        given = ranked(
            np.append(relevance, [1, 0])[rows], np.append(score, [1, 0])[rows], np.append([0] * size, [1, 1])[rows]
        )

        found = query_values(name, given, 2 if name in AT_K else None)

        assert found[0] == pytest.approx(over_all_orders(relevance, score, by_hand(name, 2)), rel=1e-12)
        assert found[1] == pytest.approx(1)


def test_ndcg_is_scikit_learns() -> None:
    for k in (1, 3, 10, None):
        measure = ranking_measure("ndcg") if k is None else ranking_measure("ndcg_at_k", k)

        found = interval(measure, RELEVANCE.ravel(), SCORE.ravel(), groups=QUERY)

        assert found.value == pytest.approx(metrics.ndcg_score(RELEVANCE, SCORE, k=k), rel=1e-12)
        assert found.low < found.value < found.high


def test_average_precision_is_scikit_learns_where_there_are_no_ties() -> None:
    score = SCORE + RNG.random(SCORE.shape) / 10
    each = [metrics.average_precision_score(row > 0, told) for row, told in zip(RELEVANCE, score, strict=True)]

    found = estimate(ranking_measure("mean_average_precision"), RELEVANCE.ravel(), score.ravel(), groups=QUERY)

    assert found == pytest.approx(np.mean(each), rel=1e-12)


@pytest.mark.parametrize("measure", ALL, ids=VALUES)
def test_the_order_of_rows_and_the_scale_of_scores_say_nothing(measure) -> None:
    rows = RNG.permutation(RELEVANCE.size)
    names = np.array([f"q{number}" for number in QUERY])

    one = estimate(measure, RELEVANCE.ravel(), SCORE.ravel(), groups=QUERY)
    other = estimate(measure, RELEVANCE.ravel()[rows], 3 * SCORE.ravel()[rows] - 7, groups=names[rows])

    assert one == pytest.approx(other)


@pytest.mark.parametrize("measure", ALL, ids=VALUES)
def test_two_models_are_compared_on_the_same_queries(measure) -> None:
    truth, score = RELEVANCE.ravel(), SCORE.ravel()
    worse = score + 20 * np.random.default_rng(0).normal(size=score.size)

    found = paired_difference(measure, truth, score, worse, groups=QUERY)

    expected = estimate(measure, truth, score, groups=QUERY) - estimate(measure, truth, worse, groups=QUERY)
    assert found.value == pytest.approx(expected)
    assert 0 < found.low < found.value < found.high
    assert paired_difference(measure, truth, score, score, groups=QUERY).high == 0


def test_queries_without_a_relevant_row_are_left_out() -> None:
    truth = RELEVANCE.copy()
    truth[:50] = 0

    found = interval(ranking_measure("ndcg"), truth.ravel(), SCORE.ravel(), groups=QUERY)

    assert found.value == pytest.approx(metrics.ndcg_score(truth[50:], SCORE[50:]))
    assert (found.informing, found.of) == (150, "groups with rows of differing relevance")


def test_few_queries_whose_order_can_be_wrong_are_too_few_for_a_verdict() -> None:
    """Of 200 queries all but ten have equal rows: their NDCG is 1 in any order, and says nothing of the model."""
    truth = np.where(np.arange(QUERIES)[:, None] < 10, RELEVANCE, 1.0)

    found = interval(ranking_measure("ndcg"), truth.ravel(), SCORE.ravel(), groups=QUERY)

    assert judge(found, minimum=0.5, rows=truth.size).verdict == "inconclusive"


def test_a_doubt_counts_queries_and_not_rows() -> None:
    """Three of two hundred queries are in a wrong order, and all doubt is about them."""
    relevance = np.tile([1.0, *[0.0] * (SIZE - 1)], (QUERIES, 1))
    score = relevance.copy()
    score[:3] *= -1

    found = interval(ranking_measure("mean_reciprocal_rank"), relevance.ravel(), score.ravel(), groups=QUERY)

    assert found.doubt.startswith("its variance rests on about 3 of 200 groups, at least ")
    assert "these groups cannot say" in found.doubt


def test_slices_and_own_measures_of_rankings_are_like_any() -> None:
    device = np.where(QUERY % 2, "phone", "desk")

    searched = search_slices(ALL[0], RELEVANCE.ravel(), SCORE.ravel(), {"device": device}, groups=QUERY)
    own = row_measure("own", lambda y, s: (s > 2) * y, task="ranking", higher_is_better=True)
    found = interval(own, RELEVANCE.ravel(), SCORE.ravel(), groups=QUERY)

    assert len(searched.slices) == 2
    assert judge_search(searched, minimum=0.3)[0].verdict == "pass"
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("truth", "score", "groups", "says"),
    [
        (RELEVANCE.ravel(), SCORE.ravel(), None, "needs `groups`"),
        (RELEVANCE.ravel(), SCORE.ravel(), QUERY * 0, "one group only"),
        (RELEVANCE.ravel(), SCORE.ravel(), QUERY[1:], "groups"),
        (RELEVANCE.ravel() - 1, SCORE.ravel(), QUERY, r"values below 0: relevance is 0 or more"),
        (RELEVANCE.ravel() * 0, SCORE.ravel(), QUERY, "0 queries have a relevant row, two are needed"),
        (np.where(QUERY == 3, 1, 0), SCORE.ravel(), QUERY, "1 queries have a relevant row, two are needed"),
        (RELEVANCE.ravel(), np.where(QUERY == 3, np.nan, SCORE.ravel()), QUERY, "NaN or infinite"),
        (RELEVANCE.ravel(), SCORE.ravel()[1:], QUERY, "lengths differ"),
        (RELEVANCE, SCORE, QUERY, "is for ranking"),
    ],
)
def test_what_is_no_ranking_has_no_value(truth: object, score: object, groups: object, says: str) -> None:
    for each in intervals(ALL, truth, score, groups=groups) if np.shape(groups) == QUERY.shape else ():
        assert isinstance(each, ValueError)
    for measure in ALL:
        with pytest.raises(ValueError, match=says):
            interval(measure, truth, score, groups=groups)  # type: ignore[arg-type]


def test_k_is_a_number_of_rows() -> None:
    for k in (None, 0):
        with pytest.raises(ValueError, match="must be 1 or more"):
            ranking_measure("recall_at_k", k)
    with pytest.raises(ValueError, match="there are ndcg,"):
        ranking_measure("precision")


def misses(name: str, times: int, queries: int = 150) -> float:
    """Of intervals at 95 %: queries differ in size and in how hard they are."""
    rng = np.random.default_rng(3)
    size, hard = rng.integers(2, 15, 20_000), rng.gamma(2, 0.7, 20_000)
    query = np.repeat(np.arange(20_000), size)
    truth = rng.choice([0.0, 0.0, 0.0, 1.0, 2.0], len(query))
    score = truth + hard[query] * rng.normal(size=len(query))
    measure = ranking_measure(name, 3 if name in AT_K else None)
    right = estimate(measure, truth, score, groups=query)
    starts, missed = np.concatenate([[0], np.cumsum(size)]), 0
    for seed in range(times):
        drawn = rng.integers(0, 20_000, queries)
        rows = np.concatenate([np.arange(starts[each], starts[each + 1]) for each in drawn])
        again = np.repeat(np.arange(queries), size[drawn])
        found = interval(measure, truth[rows], score[rows], groups=again, seed=seed, resamples=400)
        missed += not found.low <= right <= found.high
    return missed / times


@pytest.mark.slow
@pytest.mark.parametrize("name", VALUES)
def test_95_percent_is_93_to_97_of_queries(name: str) -> None:
    assert 0.03 <= misses(name, 2000) <= 0.07


@pytest.mark.parametrize("name", ["ndcg", "mean_reciprocal_rank"])
def test_no_interval_is_plainly_too_narrow(name: str) -> None:
    """Of 60 intervals that cover 93 %, more than 11 miss once in 1,000 runs."""
    assert misses(name, 60) * 60 <= 11
