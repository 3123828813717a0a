"""How far a column has moved from its reference: one number per method, and whether chance explains it.

Columns are compared by their counts in bins that the reference fixed (see `binning`): exact for those bins, and
counts add up, so that data may come in chunks and a reference be kept as a few hundred bytes. Kolmogorov-Smirnov and
Wasserstein read the values themselves, missing ones left out.

| method | value | range |
|---|---|---|
| `psi` | sum (q - p) ln(q / p) over bins, shares of less than 0.0001 raised to it | 0 to 18 |
| `jensen_shannon` | sqrt of the divergence to base 2 | 0 to 1 |
| `chi2` | Cramer's V = sqrt(chi2 / n) of the table period x bin | 0 to 1 |
| `ks` | greatest distance of the distribution functions | 0 to 1 |
| `wasserstein` | area between the distribution functions over the reference's standard deviation | 0 and up |

Of each, 0 is no drift. Here p and q are the shares of the reference and of the current rows in the bins.
Source: SciPy's ks_2samp, chi2_contingency, jensenshannon and wasserstein_distance; for the index Siddiqi, "Credit Risk
Scorecards" (2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import chdtrc

from mlops_validators.binning import bins_of, count
from mlops_validators.categories import as_column, present
from mlops_validators.distances import (
    jensen_shannon,
    kolmogorov_smirnov,
    p_of_distance,
    population_stability_index,
    wasserstein,
)
from mlops_validators.multiplicity import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Integers

Method = Literal["psi", "jensen_shannon", "chi2", "ks", "wasserstein"]
OF_VALUES = frozenset({"ks", "wasserstein"})
ROWS_OF_A_VALUE = 5
ALPHA = 0.05


@dataclass(frozen=True)
class Drift:
    """How far one column has moved.

    >>> Drift(0.3, 1e-6).error
    0.0
    """

    value: float
    p_value: float
    """How often chance alone moves it so far: of the two-sample test on the same bins (chi-squared) or values (KS)."""
    error: float = 0.0
    """How much farther it may have moved, where values were counted in cells (`parquet`); 0 is exact."""
    reason: str = ""
    """Why it can't be judged, if so; it counts as not drifted then."""


def drift(method: Method, reference: ArrayLike, current: ArrayLike) -> Drift:
    """How far `current` has moved from `reference`.

    Args:
        method: one of the table above; `ks` and `wasserstein` are for numbers, others for any column.
        reference: shape (n,); NaN and None are a bin of their own.
        current: shape (m,); values that the reference has not are a bin of their own.

    Raises:
        ValueError: a side is empty or all missing, the method is unknown, or it needs numbers and there are none.

    >>> drift("psi", ["a"] * 50 + ["b"] * 50, ["a"] * 80 + ["b"] * 20).value.__round__(3)
    0.416
    >>> drift("ks", [1, 2, 3, 4], [3, 4, 5, 6]).value
    0.5
    """
    old, new = as_column(reference), as_column(current)
    if method in OF_VALUES:
        one, two = _same_type(_present_values("reference", old), _present_values("current", new))
        distance, p_value = kolmogorov_smirnov(one, two)
        return Drift(distance if method == "ks" else wasserstein(one, two), p_value)
    bins = bins_of(old)
    return drift_of_counts(method, count(bins, old), count(bins, new))


def drift_of_quantiles(method: Method, quantiles: ArrayLike, rows: int, current: ArrayLike) -> Drift:
    """The same from what was kept of the reference's values: of so many `rows` as many quantiles as were kept.

    They stand for all rows, not for a sample as small as they are; between two of them the distribution function is
    not known, which the p-value takes off the distance.

    Args:
        method: `ks` or `wasserstein`.
        quantiles: of the reference, at equal shares from its least to its greatest value, shape (k,).
        rows: how many values the reference had.
        current: shape (m,).

    Raises:
        ValueError: as `drift`, or the method reads no values.

    >>> kept = np.linspace(0, 1, 101)
    >>> drift_of_quantiles("ks", kept, 10_000, np.linspace(0.1, 1.1, 5000)).value > 0.09
    True
    """
    if method not in OF_VALUES:
        raise ValueError(f"`{method}` reads counts, no values")
    one, two = _same_type(
        _present_values("reference", as_column(quantiles)), _present_values("current", as_column(current))
    )
    distance, _ = kolmogorov_smirnov(one, two)
    between = 1 / (len(one) - 1) if 1 < len(one) < rows else 0.0
    p_value = p_of_distance(max(distance - between, 0.0), rows, len(two))
    return Drift(distance if method == "ks" else wasserstein(one, two), p_value)


def drift_of_counts(method: Method, reference: Integers, current: Integers) -> Drift:
    """The same from counts in the same bins, shape (bins,): of chunks added up, or of a reference that was kept.

    Raises:
        ValueError: the method is unknown or reads values, the bins differ, or a side has no rows.

    >>> round(drift_of_counts("jensen_shannon", np.array([5, 5]), np.array([10, 0])).value, 3)
    0.558
    """
    if method not in {"chi2", *_OF_SHARES}:
        raise ValueError(f"no method `{method}` on counts; there are chi2, {', '.join(_OF_SHARES)}")
    if reference.shape != current.shape or min(reference.sum(), current.sum()) < 1:
        raise ValueError("both sides need rows, in the same bins")
    statistic, freedom = _chi_squared(reference, current)
    p_value = float(chdtrc(freedom, statistic)) if freedom else 1.0
    reason = _too_sparse(reference)
    if method == "chi2":
        plain, _ = _chi_squared(reference, current, seldom=0)
        return Drift(float(np.sqrt(plain / (reference.sum() + current.sum()))), p_value, reason=reason)
    return Drift(_OF_SHARES[method](reference / reference.sum(), current / current.sum()), p_value, reason=reason)


def drifted(columns: Mapping[str, Drift], maximum: float, alpha: float = ALPHA) -> list[str]:
    """The columns that moved by more than `maximum`, and by more than chance moves the greatest of so many columns.

    What may have moved by more than `maximum`, because it is known no better (`Drift.error`), counts as if it had.
    What can't be judged (`Drift.reason`) is not named. A small sample exceeds any bound by chance, and a large one
    differs in something: so both must hold. P-values are
    adjusted by Benjamini and Hochberg; when nothing has drifted, any column is named at most `alpha` of the time.

    Raises:
        ValueError: there are no columns, or a p-value is none.

    >>> drifted({"a": Drift(0.3, 1e-6), "b": Drift(0.3, 0.2), "c": Drift(0.01, 1e-9)}, maximum=0.2)
    ['a']
    """
    if not columns:
        raise ValueError("there are no columns to judge")
    adjusted = benjamini_hochberg([found.p_value for found in columns.values()])
    return [
        name
        for (name, found), p in zip(columns.items(), adjusted, strict=True)
        if found.value + found.error > maximum and p < alpha and not found.reason
    ]


def _too_sparse(reference: Integers) -> str:
    rows, seen = int(reference.sum()), np.count_nonzero(reference)
    if rows >= ROWS_OF_A_VALUE * seen:
        return ""
    return f"{rows:,} rows of {seen:,} values are too few to tell what is usual: {ROWS_OF_A_VALUE} a value are needed"


def _chi_squared(reference: Integers, current: Integers, seldom: int = 1) -> tuple[float, int]:
    """Of the table period x bin, and its degrees of freedom.

    Bins that the reference has at most `seldom` times are one. That it has never seen some values is chance: rows whose
    values it has at most once are as likely as it has values once and rows of values twice (Good, "The Population
    Frequencies of Species", 1953).
    """
    rare = reference <= seldom
    if seldom and np.any(reference == 1):
        expected = np.count_nonzero(reference == 1) + 2 * np.count_nonzero(reference == 2)
        reference = np.append(reference[~rare], expected)
        current = np.append(current[~rare], current[rare].sum())
    table = np.stack([reference, current]).astype(np.float64)
    table = table[:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(((table - expected) ** 2 / expected).sum()), table.shape[1] - 1


def _present_values(name: str, column: Anything) -> Anything:
    try:
        known = present(column)
        values = known if known.dtype.kind in "iu" else known.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"`{name}` must be numbers for this method") from None
    if not len(values):
        raise ValueError(f"`{name}` has no values")
    return values


def _same_type(one: Anything, two: Anything) -> tuple[Anything, Anything]:
    if one.dtype == two.dtype:
        return one, two
    return one.astype(np.float64, copy=False), two.astype(np.float64, copy=False)


_OF_SHARES = {"psi": population_stability_index, "jensen_shannon": jensen_shannon}
