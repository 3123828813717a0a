import numpy as np
import pytest
from scipy.stats import fisher_exact

from mlops_validators.duplicates import Duplicates, _hypergeometric_tail, judge_duplicates


@pytest.mark.parametrize(("across", "within"), [(5, 0), (12, 10), (40, 75), (90, 210)])
def test_chance_is_that_of_fishers_exact_test(across, within):
    found = Duplicates(np.arange(100) < across, within / 300, 300)

    exact = fisher_exact([[across, 100 - across], [within, 300 - within]], alternative="greater").pvalue

    assert _hypergeometric_tail(found) == pytest.approx(exact, rel=1e-6)


def test_one_that_chance_finds_is_none_and_many_are():
    assert judge_duplicates(Duplicates(np.arange(100) < 1, 0.0, 300)).verdict == "pass"
    assert judge_duplicates(Duplicates(np.arange(100) < 5, 0.0, 300)).verdict == "fail"


def test_no_rows_never_pass():
    assert judge_duplicates(Duplicates(np.array([], dtype=bool), 0.0, 10)).verdict == "inconclusive"
