import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from mlops_validators import interval
from mlops_validators.calibration import brier_parts, expected_calibration_error


def test_by_hand():
    """Bin [0.2, 0.3): 4 rows, forecast 0.2, outcome 0.5. Bin [0.8, 0.9): 6 rows, forecast 0.85, outcome 5/6."""
    truth = [1, 1, 0, 0] + [1] * 5 + [0]
    forecast = [0.2] * 4 + [0.85] * 6

    found = expected_calibration_error(truth, forecast)

    assert found == pytest.approx(0.4 * 0.3 + 0.6 * (0.85 - 5 / 6))


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_the_parts_are_the_score(seed, bins):
    rng = np.random.default_rng(seed)
    forecast = rng.random(60)
    truth = np.r_[0, 1, (rng.random(58) < forecast[2:])].astype(int)

    parts = brier_parts(truth, forecast, bins=bins)

    assert parts.score == pytest.approx(brier_score_loss(truth, forecast), abs=1e-12)
    assert min(parts.reliability, parts.resolution, parts.uncertainty) >= 0


def test_a_calibrated_model_may_have_no_error_at_all():
    rng = np.random.default_rng(1)
    forecast = rng.random(3000)

    found = interval("expected_calibration_error", rng.random(3000) < forecast, forecast)

    assert found.low == 0 < found.value < found.high


def test_an_overconfident_model_surely_has_one():
    rng = np.random.default_rng(1)
    forecast = rng.random(3000)

    found = interval("expected_calibration_error", rng.random(3000) < (0.25 + forecast / 2), forecast)

    assert found.low < 0.125 < found.high
    assert found.low > 0.08
