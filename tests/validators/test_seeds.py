"""What the seed of a training adds to a comparison: never a pass that is chance, and a pass for an equal training."""

import numpy as np
import pytest

from mlops_validators.interval import Interval, unknown
from mlops_validators.seeds import with_seeds

MARGIN = 8.0  # in standard errors of the difference on the rows


def passes(worse, moved, seeds, times=3000):
    """How often a training so much worse passes a champion gate, where a seed moves a model by so much."""
    rng, passed = np.random.default_rng(seeds), 0
    for _ in range(times):
        values = -worse + moved * rng.normal(size=seeds)
        apart = values[0] - moved * rng.normal() + rng.normal()
        found = Interval(apart, apart - 1.96, apart + 1.96, "delong")
        passed += (with_seeds(found, values) if seeds > 1 else found).low >= -MARGIN
    return passed / times


@pytest.mark.parametrize("moved", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_a_training_worse_by_the_margin_passes_in_less_than_5_percent(moved, seeds):
    assert passes(MARGIN, moved, seeds) <= 0.035


@pytest.mark.parametrize(("moved", "seeds"), [(0.5, 3), (0.5, 5), (1.0, 5), (1.0, 10)])
def test_an_equal_training_passes(moved, seeds):
    assert passes(0.0, moved, seeds) >= 0.95


def test_one_seed_leaves_chance_out():
    """Which is what several are for."""
    assert passes(MARGIN, 1.0, 1) > 0.10


def test_what_there_is_nothing_to_add_to():
    found, same = Interval(0.1, 0.05, 0.2, "bca"), Interval(0.0, 0.0, 0.0, "bca")
    doubted = unknown(0.1, "bca", 0.95, "one row decides")

    assert with_seeds(found, [0.7, 0.7, 0.7]) == found
    assert with_seeds(same, [0.7, 0.8]) == same
    assert with_seeds(doubted, [0.7, 0.8]) == doubted


def test_the_ends_keep_their_sides():
    """The lower error goes to the lower end."""
    found = with_seeds(Interval(0.1, 0.0, 0.4, "bca"), [0.7, 0.71, 0.69])

    assert found.value == 0.1
    assert found.high - 0.1 > 0.1 - found.low > 0.1


@pytest.mark.parametrize("values", [[0.7], [0.7, float("nan")], []])
def test_values_that_are_none(values):
    with pytest.raises(ValueError, match="two seeds or more"):
        with_seeds(Interval(0.1, 0.0, 0.2, "bca"), values)
