"""The parts of the Brier score, and the words for them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.calibration import calibration_of
from mlops_spec.release.card.brier import told

DRAW = np.random.default_rng(0)
CHANCE = DRAW.random(5000)
TRUTH = (DRAW.random(5000) < CHANCE).astype(int)


def test_the_parts_make_the_score_and_a_calibrated_model_is_reliable() -> None:
    found = calibration_of(Answers(TRUTH, CHANCE))

    assert found["brier_score"] == pytest.approx(brier_score_loss(TRUTH, CHANCE))
    assert found["reliability"] < 0.001
    assert found["resolution"] == pytest.approx(1 / 12, abs=0.01)  # the variance of a uniform chance
    assert found["uncertainty"] == pytest.approx(0.25, abs=0.001)


def test_overconfidence_costs_reliability_and_not_resolution() -> None:
    odds = (CHANCE / (1 - CHANCE)) ** 4

    calm, loud = (calibration_of(Answers(TRUTH, score)) for score in (CHANCE, odds / (1 + odds)))

    assert loud["reliability"] > 20 * calm["reliability"]
    assert loud["resolution"] == pytest.approx(calm["resolution"], rel=0.2)


def test_of_several_classes_the_most_probable_one_is_asked() -> None:
    score = DRAW.dirichlet([1, 1, 1], 4000)
    truth = (DRAW.random((4000, 1)) > score.cumsum(axis=1)).sum(axis=1)

    found = calibration_of(Answers(truth, score))

    assert found["brier_score"] == pytest.approx(brier_score_loss(score.argmax(axis=1) == truth, score.max(axis=1)))
    assert found["reliability"] < 0.002


@pytest.mark.parametrize(
    ("truth", "score", "reason"),
    [
        (np.ones(9, dtype=int), CHANCE[:9], "one class"),
        (TRUTH, CHANCE + 1, "0 to 1|between|outside"),
        (TRUTH, CHANCE[:9], "lengths"),
        (TRUTH[:0], CHANCE[:0], "empty"),
    ],
)
def test_what_is_not_defined_says_why(truth: np.ndarray, score: np.ndarray, reason: str) -> None:
    (found,) = calibration_of(Answers(truth, score)).values()

    assert re.search(reason, str(found))


def test_the_sentence_adds_up() -> None:
    parts = SimpleNamespace(brier_score=0.25, reliability=0.01, resolution=0.02, uncertainty=0.2605, within=-0.0005)

    assert told(parts) == (
        "Calibration: a Brier score of 0.2500 = reliability 0.0100 (0 is best) − resolution 0.0200 (more is better)"
        " + uncertainty 0.2605 − 0.0005 within bins."
    )
    assert told(None) == told(SimpleNamespace(**vars(parts) | {"brier_score": None})) == ""
