"""What decisions cost over thresholds, from the spec to words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mlops_spec.integrity.shapes import CostOfDecisions
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.cost import cost_of
from mlops_spec.pipeline.measured import measure, measure_named
from mlops_spec.release.card.cost import told
from mlops_spec.spec import Spec
from mlops_spec.spec.measures import measured

if TYPE_CHECKING:
    from pathlib import Path


def spec_of(**evaluate: Any) -> Spec:
    head = {"spec": 1, "model": "m", "task": "binary-classification", "owners": ["@a"], "train": {"run": "x"}}
    gates = [{"metric": "precision_at_k", "min": 0.2}]
    return Spec.model_validate(head | {"data": {"path": "d", "target": "y"}, "gates": gates, "evaluate": evaluate})


def answers() -> Answers:
    draw = np.random.default_rng(1)
    score = 1 / (1 + np.exp(-draw.normal(-1, 1.5, 5_000)))
    return Answers((draw.random(5_000) < score).astype(int), score)


PRICES = {"false_positive": 1, "false_negative": 4}


def test_a_cost_is_measured_and_shown_over_thresholds(tmp_path: Path) -> None:
    spec = spec_of(cost=PRICES)

    found = CostOfDecisions(**cost_of(spec, answers())["cost"])
    known = measure(tmp_path, spec, measured(spec), answers())

    assert known["expected_cost"]["value"] == pytest.approx(found.expected)
    assert known["expected_cost"]["low"] < found.expected < known["expected_cost"]["high"]
    assert found.cheapest.threshold == pytest.approx(0.2, abs=0.1)
    assert found.curve[0] == pytest.approx(1 - answers().truth.mean()), "all are told positive"
    assert told(found).startswith("By the threshold 0.5 a decision costs ")
    assert f"the least is {found.cheapest.expected:.4g} by {found.cheapest.threshold:g}, chosen on" in told(found)


def test_the_cheapest_threshold_is_said_to_be_it() -> None:
    best = cost_of(spec_of(cost=PRICES), answers())["cost"]["cheapest"]["threshold"]

    assert told(CostOfDecisions(**cost_of(spec_of(cost=PRICES, threshold=best), answers())["cost"])).endswith("less.")
    assert cost_of(spec_of(), answers()) == {}


@pytest.mark.parametrize("k", [100, 0.02])
def test_k_is_the_specs(tmp_path: Path, k: float) -> None:
    truth, score = answers().truth, answers().score

    found = measure_named(tmp_path, spec_of(k=k), "precision_at_k")(truth, score)

    assert found == pytest.approx(truth[np.argsort(-score)[:100]].mean())


def test_a_cost_without_prices_is_no_measure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no metric `expected_cost`"):
        measure_named(tmp_path, spec_of(), "expected_cost")
