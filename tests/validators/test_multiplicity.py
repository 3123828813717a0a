import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from mlops_validators.interval import Interval
from mlops_validators.multiplicity import benjamini_hochberg, holm, p_beyond

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values)
def test_benjamini_hochberg_agrees_with_scipy(p):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p), abs=1e-12)


@given(p_values)
def test_holm_lies_between_nothing_and_bonferroni(p):
    adjusted = holm(p)

    assert np.all(adjusted >= np.array(p) - 1e-12)
    assert np.all(adjusted <= np.minimum(1, np.array(p) * len(p)) + 1e-12)
    assert adjusted.min() == pytest.approx(min(1, min(p) * len(p)))


def test_holm_by_hand():
    """0.005 x 4, 0.01 x 3, 0.03 x 2, and 0.04 no less than the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_bound_far_outside_is_unlikelier_than_at_the_end():
    found = Interval(0.7, 0.6, 0.75, "bca")

    assert p_beyond(found, 0.6) == pytest.approx(0.025)
    assert p_beyond(found, 0.75) == pytest.approx(0.025)
    assert p_beyond(found, 0.8) < 0.0001
    assert p_beyond(found, 0.71) > 0.3


@pytest.mark.parametrize("p", [[], [np.nan], [1.5]])
def test_what_is_no_p_value(p):
    with pytest.raises(ValueError, match="p_values"):
        holm(p)
