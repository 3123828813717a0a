"""Populations on which intervals tend to fail: each a large table of truth and two models' answers to draw rows from.

The truth of a measure is its value over the whole table, so that it is known exactly; a data set is a draw of rows with
replacement, of whole customers where rows belong to one, or of so many rows from each stratum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit, softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

SIZE = 400_000
OF_A_CUSTOMER = 20
ALIKE = 0.15  # how far the second model's scores lie from the first's, as a share of their spread


@dataclass(frozen=True)
class Table:
    """Rows with what two models answer; `customer`, `stratum` and `weight` where the population has them."""

    truth: Array
    score: Array
    other: Array
    customer: Array | None = None
    stratum: Array | None = None
    weight: Array | None = None

    def rows(self, index: npt.NDArray[np.intp]) -> Table:
        parts = (self.truth, self.score, self.other, self.customer, self.stratum, self.weight)
        return Table(*(None if part is None else part[index] for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Population:
    """How its table is made, and how many rows a data set has."""

    name: str
    task: str
    rows: int
    make: Callable[[np.random.Generator], Table]

    @property
    def table(self) -> Table:
        return _made(self.name)

    def draws(self, times: int, seed: int) -> Iterator[Table]:
        rng, table = np.random.default_rng(seed), self.table
        for _ in range(times):
            yield self._draw(table, rng)

    def _draw(self, table: Table, rng: np.random.Generator) -> Table:
        if table.customer is not None:  # each draw of a customer is another one
            first = rng.integers(0, SIZE // OF_A_CUSTOMER, self.rows // OF_A_CUSTOMER) * OF_A_CUSTOMER
            drawn = table.rows((first[:, None] + np.arange(OF_A_CUSTOMER)).ravel())
            return Table(drawn.truth, drawn.score, drawn.other, np.repeat(np.arange(len(first)), OF_A_CUSTOMER))
        if table.stratum is not None:
            places = [np.flatnonzero(table.stratum == each) for each in np.unique(table.stratum)]
            taken = [rng.choice(each, round(self.rows * len(each) / SIZE)) for each in places]
            return table.rows(np.concatenate(taken))
        return table.rows(rng.integers(0, SIZE, self.rows))


@cache
def _made(name: str) -> Table:
    return POPULATIONS[name].make(np.random.default_rng(7))


def _scored(truth: Array, signal: Array, rng: np.random.Generator, offset: float = 0.0) -> Table:
    """Scores from a signal on the logit scale, and a second model's, which is a little worse."""
    noise = rng.normal(size=len(signal)) * ALIKE * signal.std()
    return Table(truth, expit(signal + offset), expit(signal + noise + offset))


def _classes(rate: float, area: float) -> Callable[[np.random.Generator], Table]:
    """Positives at a rate, and normal scores that lie so far apart that the area under the curve is this."""

    def make(rng: np.random.Generator) -> Table:
        truth = (rng.random(SIZE) < rate).astype(np.intp)
        apart = np.sqrt(2) * float(_normal_quantile(area))
        signal = rng.normal(size=SIZE) + apart * truth
        return _scored(truth, apart * signal, rng, float(logit(rate)) - apart**2 / 2)  # calibrated, by Bayes' rule

    return make


def _normal_quantile(share: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415

    return float(ndtri(share))


def _ties(rng: np.random.Generator) -> Table:
    table = _classes(0.3, 0.75)(rng)
    steps = np.array([0.1, 0.25, 0.5, 0.75])
    one, two = (steps[np.digitize(side, [0.2, 0.4, 0.6])] for side in (table.score, table.other))
    return Table(table.truth, one, two)


def _separated(rng: np.random.Generator) -> Table:
    truth = (rng.random(SIZE) < 0.2).astype(np.intp)
    one, two = (0.9 * truth + 0.1 * rng.random(SIZE) for _ in range(2))
    return Table(truth, one, two)


def _from_probability(probability: Array, rng: np.random.Generator) -> Table:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    truth = (rng.random(SIZE) < clipped).astype(np.intp)
    other = expit(logit(clipped) + rng.normal(size=SIZE) * 0.4)
    return Table(truth, clipped, other)


def _near_0(rng: np.random.Generator) -> Table:
    return _from_probability(rng.beta(0.3, 6, SIZE), rng)


def _overconfident(rng: np.random.Generator) -> Table:
    table = _from_probability(rng.beta(0.7, 1.2, SIZE), rng)
    one, two = (expit(3 * logit(side)) for side in (table.score, table.other))
    return Table(table.truth, np.clip(one, 1e-9, 1 - 1e-9), np.clip(two, 1e-9, 1 - 1e-9))


def _at_minimum(rng: np.random.Generator) -> Table:
    zero = rng.random(SIZE) < 0.9
    probability = np.where(zero, 0.02, rng.beta(2, 2, SIZE))
    truth = (rng.random(SIZE) < probability).astype(np.intp)
    return Table(truth, probability, np.where(zero, 0.02, expit(logit(probability) + 0.5 * rng.normal(size=SIZE))))


def _several_classes(shares: tuple[float, ...]) -> Callable[[np.random.Generator], Table]:
    def make(rng: np.random.Generator) -> Table:
        codes = rng.choice(len(shares), SIZE, p=shares)
        signal = rng.normal(size=(SIZE, len(shares))) + 2.0 * np.eye(len(shares))[codes] + np.log(shares)
        return Table(codes, softmax(signal, 1), softmax(signal + 0.4 * rng.normal(size=signal.shape), 1))

    return make


def _regression(errors: Callable[[np.random.Generator], Array]) -> Callable[[np.random.Generator], Table]:
    def make(rng: np.random.Generator) -> Table:
        told = 20 + 3 * rng.normal(size=SIZE)
        truth = told + errors(rng)
        return Table(truth, told, told + 0.5 * rng.normal(size=SIZE))

    return make


def _outliers(rng: np.random.Generator) -> Array:
    return rng.normal(size=SIZE) * np.where(rng.random(SIZE) < 0.01, 20, 1)


def _sales(rng: np.random.Generator) -> Table:
    """Nine in ten are 0: nothing was bought."""
    told = np.where(rng.random(SIZE) < 0.9, 0.0, rng.gamma(2, 5, SIZE))
    truth = np.where(told > 0, np.maximum(told + 3 * rng.normal(size=SIZE), 0), 0)
    return Table(truth, told * 0.9, told * 0.9 + 0.5 * rng.normal(size=SIZE))


def _customers(rng: np.random.Generator, rate: float = 0.22) -> Table:
    """Rows of one customer share most of their outcome and of the model's error."""
    own = np.repeat(rng.normal(size=SIZE // OF_A_CUSTOMER), OF_A_CUSTOMER)
    signal = 1.5 * own + rng.normal(size=SIZE)
    truth = (signal + rng.normal(size=SIZE) > np.quantile(signal, 1 - rate)).astype(np.intp)
    shared = np.repeat(rng.normal(size=SIZE // OF_A_CUSTOMER), OF_A_CUSTOMER)
    table = _scored(truth, 1.2 * signal + 0.5 * shared, rng, -2.2)
    return Table(table.truth, table.score, table.other, np.arange(SIZE) // OF_A_CUSTOMER)


def _numbers_of_customers(rng: np.random.Generator) -> Table:
    table = _regression(lambda draw: draw.normal(size=SIZE))(rng)
    shared = np.repeat(rng.normal(size=SIZE // OF_A_CUSTOMER), OF_A_CUSTOMER)
    return Table(table.truth + 1.5 * shared, table.score, table.other, np.arange(SIZE) // OF_A_CUSTOMER)


def _strata(rng: np.random.Generator) -> Table:
    table, stratum = _classes(0.22, 0.78)(rng), rng.choice(3, SIZE, p=[0.6, 0.3, 0.1])
    score = expit(logit(table.score) * np.array([1.0, 0.5, 1.5])[stratum])
    return Table(table.truth, score, table.other, stratum=stratum)


def _weighted(of: Callable[[np.random.Generator], Table]) -> Callable[[np.random.Generator], Table]:
    def make(rng: np.random.Generator) -> Table:
        table = of(rng)
        weight = np.exp(0.7 * rng.normal(size=SIZE) + 0.5 * (table.score > np.median(table.score)))
        return Table(table.truth, table.score, table.other, weight=weight)

    return make


_BINARY, _MULTICLASS, _REGRESSION = "binary-classification", "multiclass-classification", "regression"

POPULATIONS: dict[str, Population] = {
    each.name: each
    for each in (
        Population("benign", _BINARY, 1000, _classes(0.22, 0.78)),
        Population("area .97, 1 % positive", _BINARY, 7500, _classes(0.01, 0.97)),
        Population("area .999, 1 % positive", _BINARY, 7500, _classes(0.01, 0.999)),
        Population("1 % positive, 75 of them", _BINARY, 7500, _classes(0.01, 0.8)),
        Population("1 % positive, 10 of them", _BINARY, 1000, _classes(0.01, 0.8)),
        Population("30 rows", _BINARY, 30, _classes(0.3, 0.8)),
        Population("four scores", _BINARY, 1000, _ties),
        Population("perfectly separated", _BINARY, 1000, _separated),
        Population("calibrated, near 0", _BINARY, 2000, _near_0),
        Population("overconfident", _BINARY, 1000, _overconfident),
        Population("90 % at the least score", _BINARY, 1000, _at_minimum),
        Population("classes 94 : 5 : 1", _MULTICLASS, 2000, _several_classes((0.94, 0.05, 0.01))),
        Population("five classes, 150 rows", _MULTICLASS, 150, _several_classes((0.4, 0.3, 0.15, 0.1, 0.05))),
        Population("normal errors", _REGRESSION, 1000, _regression(lambda rng: rng.normal(size=SIZE))),
        Population("errors of t(3)", _REGRESSION, 1000, _regression(lambda rng: rng.standard_t(3, SIZE))),
        Population("lognormal errors", _REGRESSION, 1000, _regression(lambda rng: rng.lognormal(0, 1, SIZE) - 1.65)),
        Population("1 % errors x 20", _REGRESSION, 1000, _regression(_outliers)),
        Population("90 % zeros", _REGRESSION, 1000, _sales),
        Population("30 numbers", _REGRESSION, 30, _regression(lambda rng: rng.normal(size=SIZE))),
        Population("100 customers", _BINARY, 2000, _customers),
        Population("100 customers, 3 % positive", _BINARY, 2000, lambda rng: _customers(rng, 0.03)),
        Population("100 customers, numbers", _REGRESSION, 2000, _numbers_of_customers),
        Population("three strata", _BINARY, 1000, _strata),
        Population("weighted", _BINARY, 1000, _weighted(_classes(0.22, 0.78))),
        Population("weighted, 1 % positive", _BINARY, 7500, _weighted(_classes(0.01, 0.8))),
        Population("weighted numbers", _REGRESSION, 1000, _weighted(_regression(lambda rng: rng.normal(size=SIZE)))),
    )
}
