"""Measures of rankings: rows are scored, and each query's rows are put in the order of their scores.

A measure is the mean over queries of what each one's order is worth. Rows of equal score have no order: each measure is
its expectation over all orders of them. A query without a relevant row has no right order and is left out.

Relevance is a number of 0 or more; it is the gain of NDCG, as scikit-learn has it, and for all others a row above 0 is
relevant.

Sources: scikit-learn's `ndcg_score`; for ties McSherry and Najork, "Computing Information Retrieval Performance
Measures Efficiently in the Presence of Tied Scores" (2008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from scipy.special import gammaln

from mlops_validators.answers import answers
from mlops_validators.arrays import RANKING, Anything, Floats, Integers
from mlops_validators.designs import design_of
from mlops_validators.measures import Measure
from mlops_validators.weighted import of_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from mlops_validators.answers import Answers
    from mlops_validators.weighted import Kernel

AT_K = ("ndcg_at_k", "recall_at_k")
WITHOUT_K = ("ndcg", "mean_reciprocal_rank", "mean_average_precision")


def ranking_measure(name: str, k: int | None = None) -> Measure:
    """A measure of the order of each query's rows; its `groups` are the queries, which are what is resampled.

    Args:
        name: one of `AT_K`, which look at the first `k` rows of each query, or of `WITHOUT_K`.
        k: from 1.

    Raises:
        ValueError: there is none of that name, or it needs a `k`.

    Source: see the module.

    >>> from mlops_validators import interval
    >>> query, relevance = np.repeat(np.arange(50), 4), np.tile([0, 0, 1, 2], 50)
    >>> score = relevance + np.random.default_rng(0).normal(size=200)
    >>> found = interval(ranking_measure("ndcg"), relevance, score, groups=query)
    >>> round(found.value, 2), found.of
    (0.93, 'groups with rows of differing relevance')
    """
    if name not in VALUES:
        raise ValueError(f"no ranking measure `{name}`; there are {', '.join(VALUES)}")
    if name in AT_K and (k is None or k < 1):
        raise ValueError(f"`{name}` looks at the first k rows of each query: k is {k}, and must be 1 or more")

    def prepare(given: Answers, _: Integers | None) -> Kernel:
        return of_mean(query_values(name, given, k if name in AT_K else None))

    return Measure(name, (RANKING,), True, "score", 0, 1, partial(_without_groups, name), prepare, by_group=True)


def query_values(name: str, given: Answers, k: int | None = None) -> Floats:
    """The measure of each query that has a relevant row, (queries,), in the order of their codes.

    Higher is better.

    Raises:
        ValueError: rows have no groups, or fewer than two queries have a relevant row.

    Source: see the module.

    >>> from mlops_validators.answers import Answers
    >>> query = np.array([0, 0, 0, 1, 1])
    >>> given = Answers("ranking", np.array([0.0, 1, 0, 1, 0]), np.array([0.9, 0.5, 0.1, 0.8, 0.2]), query)
    >>> query_values("mean_reciprocal_rank", given)
    array([0.5, 1. ])
    """
    if given.group is None:
        raise ValueError(f"{name} needs `groups`: which rows belong to one query")
    order = _in_order(given.truth, given.score, given.group)
    known = order.of_queries(order.relevant) > 0
    if np.count_nonzero(known) < 2:
        raise ValueError(f"{name} is undefined: {np.count_nonzero(known)} queries have a relevant row, two are needed")
    return np.asarray(VALUES[name](order, np.inf if k is None else k)[known])


def ranked(y_true: ArrayLike, y_score: ArrayLike, groups: ArrayLike | None) -> Answers:
    """Checked answers of a ranking, for `query_values`.

    Args:
        y_true: relevance, shape (n,).
        y_score: shape (n,).
        groups: the query of each row, shape (n,).

    Raises:
        ValueError: an array is malformed, or there is one query only.

    >>> ranked([1, 0, 1], [0.5, 0.2, 0.1], ["a", "a", "b"]).group
    array([0, 0, 1], dtype=int32)
    """
    given = answers(y_true, y_score, (RANKING,), "ndcg")
    return replace(given, group=design_of(len(given.truth), groups, None).cluster)


def _without_groups(name: str, *_: object) -> NoReturn:
    raise ValueError(f"{name} needs `groups`: which rows belong to one query")


@dataclass(frozen=True)
class _Order:
    """Rows query by query, each one's by falling score; all (n,) but the starts. A tie is a run of equal scores."""

    relevance: Floats
    rank: Integers
    """From 1 within the query."""
    queries: Integers
    """Where each query starts."""
    ties: Integers
    """Where each tie starts."""

    @property
    def relevant(self) -> Floats:
        return (self.relevance > 0).astype(np.float64)

    def of_queries(self, values: Floats) -> Floats:
        """Sums over each query, (queries,)."""
        return np.add.reduceat(values, self.queries)

    def of_ties(self, values: Floats) -> Floats:
        """Of each row the sum over its tie, (n,)."""
        return np.repeat(np.add.reduceat(values, self.ties), self.tie_sizes)

    def mean_of_ties(self, values: Floats) -> Floats:
        """Of each row the mean over its tie: what is expected at its rank, (n,)."""
        return np.repeat(np.add.reduceat(values, self.ties) / self.tie_sizes, self.tie_sizes)

    def before_ties(self, values: Floats) -> Floats:
        """Of each row the sum over its query's rows that stand before its tie, (n,)."""
        reached = np.concatenate([[0.0], np.cumsum(values)])
        starts = np.repeat(self.queries, np.diff([*self.queries, len(values)]))
        return np.asarray(np.repeat(reached[self.ties], self.tie_sizes) - reached[starts])

    @property
    def tie_sizes(self) -> Integers:
        return np.diff([*self.ties, len(self.relevance)])


def _in_order(relevance: Anything, score: Floats, group: Integers) -> _Order:
    order = np.lexsort((-score, group))
    query, told = group[order], score[order]
    first = np.concatenate([[True], query[1:] != query[:-1]])
    apart = np.concatenate([[True], first[1:] | (told[1:] != told[:-1])])
    starts = np.flatnonzero(first)
    rank = np.arange(1, len(order) + 1) - np.repeat(starts, np.diff([*starts, len(order)]))
    return _Order(relevance[order].astype(np.float64), rank, starts, np.flatnonzero(apart))


def _ndcg(order: _Order, k: float) -> Floats:
    discount = np.where(order.rank <= k, 1 / np.log2(order.rank + 1), 0.0)
    query = np.repeat(np.arange(len(order.queries)), np.diff([*order.queries, len(order.rank)]))
    ideal = order.of_queries(order.relevance[np.lexsort((-order.relevance, query))] * discount)
    gained = order.of_queries(order.mean_of_ties(order.relevance) * discount)
    return np.divide(gained, ideal, out=np.zeros_like(gained), where=ideal > 0)


def _recall(order: _Order, k: float) -> Floats:
    found = order.of_queries(np.where(order.rank <= k, order.mean_of_ties(order.relevant), 0.0))
    there = order.of_queries(order.relevant)
    return np.divide(found, there, out=np.zeros_like(found), where=there > 0)


def _average_precision(order: _Order, k: float) -> Floats:
    """Of a row that is the j-th of a tie of n with r relevant ones: it is relevant in r/n of the orders, and in those
    (j - 1)(r - 1)/(n - 1) relevant ones of the tie stand before it (McSherry and Najork 2008, 3.3)."""
    del k
    share, size = order.mean_of_ties(order.relevant), order.of_ties(np.ones(len(order.rank)))
    place = order.rank - order.before_ties(np.ones(len(order.rank)))
    among = (place - 1) * (order.of_ties(order.relevant) - 1) / np.maximum(size - 1, 1)
    precise = share * (order.before_ties(order.relevant) + 1 + among) / order.rank
    there = order.of_queries(order.relevant)
    summed = order.of_queries(precise)
    return np.divide(summed, there, out=np.zeros_like(summed), where=there > 0)


def _reciprocal_rank(order: _Order, k: float) -> Floats:
    """In the first tie with relevant rows, r of n, the first of them is the j-th in C(n - j, r - 1) / C(n, r) of the
    orders (McSherry and Najork 2008, 3.4)."""
    del k
    size, there = order.of_ties(np.ones(len(order.rank))), order.of_ties(order.relevant)
    place = order.rank - order.before_ties(np.ones(len(order.rank)))
    first = (order.before_ties(order.relevant) == 0) & (there > 0) & (size - place >= there - 1)
    n, r, j = (np.where(first, each, 1.0) for each in (size, there, place))
    ways = _log_choose(n - j, r - 1) - _log_choose(n, r)
    return order.of_queries(np.where(first, np.exp(ways) / order.rank, 0.0))


def _log_choose(n: Floats, r: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1))


VALUES: dict[str, Callable[[_Order, float], Floats]] = {
    "ndcg": _ndcg,
    "ndcg_at_k": _ndcg,
    "mean_reciprocal_rank": _reciprocal_rank,
    "mean_average_precision": _average_precision,
    "recall_at_k": _recall,
}
"""Of each query, by the measure's name."""
