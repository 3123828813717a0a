import pytest
from scipy.stats import binomtest

from mlops_validators.wilson import wilson


@pytest.mark.parametrize(("hits", "trials"), [(0, 10), (10, 10), (3, 7), (480, 500), (1, 100_000)])
def test_agrees_with_scipy(hits, trials):
    found = wilson(hits, trials, 0.95)

    reference = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=1e-12)


def test_a_perfect_rate_is_still_uncertain():
    assert wilson(20, 20).low < 0.9


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (3, 2), (-1, 2)])
def test_what_is_no_rate(hits, trials):
    with pytest.raises(ValueError, match=r"rate"):
        wilson(hits, trials)
