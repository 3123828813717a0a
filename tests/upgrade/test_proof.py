"""Gates and stages that are not the same are named; what two versions mean counts, not what the spec says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from mlops_spec.upgrade.describe import describe
from mlops_spec.upgrade.proof import Differing, prove

STARTER = Path(__file__).parent.parent.parent / "template" / "starter" / "credit-default"
NOW = describe(STARTER)


@pytest.fixture
def old() -> dict[str, Any]:
    return copy.deepcopy(NOW)


def gate(described: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = described["spec"]["gates"][described["gates"].index(name)]
    return found


def test_one_version_makes_the_same_of_it(old: dict[str, Any]) -> None:
    proof = prove(old, NOW)

    assert proof.same
    assert proof.stages == ("split", "train", "evaluate", "package")
    assert {"contract", "leak", "roc_auc", "fairness/equalized_odds_difference/sex"} <= set(proof.gates)


def test_a_gate_that_no_spec_names_is_gone(old: dict[str, Any]) -> None:
    old["always"].append("leak/future")

    proof = prove(old, NOW)

    assert proof.differing_gates == (Differing("leak/future", "removed"),)
    assert not proof.same


def test_a_gate_that_came(old: dict[str, Any]) -> None:
    old["always"].remove("leak/near")

    assert prove(old, NOW).differing_gates == (Differing("leak/near", "added"),)


def test_a_default_that_moved_is_another_gate(old: dict[str, Any]) -> None:
    """The spec is the same to the byte, whatever the old version filled in."""
    gate(old, "weak_slices/roc_auc")["min_rows"] = 5000

    proof = prove(old, NOW)

    (differing,) = proof.differing_gates
    assert (differing.name, differing.change) == ("weak_slices/roc_auc", "changed")
    assert differing.keys[0].startswith("min_rows: 5000 → ")
    assert not proof.same


def test_a_bound_that_moved_the_easy_way(old: dict[str, Any]) -> None:
    gate(old, "roc_auc")["min"] = 0.99

    assert [each.where for each in prove(old, NOW).weakened] == ["gates/roc_auc min"]


def test_a_value_that_the_new_version_refuses(old: dict[str, Any]) -> None:
    gate(old, "weak_slices/roc_auc")["min_rows"] = 10

    proof = prove(old, NOW)

    assert proof.differing_gates[0].keys[0].startswith("min_rows: 10 → ")
    assert "min_rows: Input should be greater than or equal to 30" in proof.unknown[0]


def test_a_gate_that_the_new_version_does_not_read_is_dropped(old: dict[str, Any]) -> None:
    old["gates"].append("roc_auc")
    old["spec"]["gates"].append({**gate(old, "roc_auc"), "min": 0.9})

    proof = prove(old, NOW)

    assert proof.differing_gates == (Differing("roc_auc (2)", "removed"),)
    assert [each.where for each in proof.weakened] == ["gates/roc_auc min"]


def test_a_key_that_says_nothing_to_the_new_version(old: dict[str, Any]) -> None:
    gate(old, "roc_auc")["confidence"] = 0.99
    old["spec"]["data"]["derive"]["age_band"]["closed"] = "left"

    proof = prove(old, NOW)

    index = old["gates"].index("roc_auc")
    assert set(proof.unknown) == {f"gates.{index}.confidence", "data.derive.age_band.closed"}
    assert not proof.same


def test_a_stage_that_is_rendered_otherwise(old: dict[str, Any]) -> None:
    old["stages"]["train"]["cmd"] = "python train.py"
    old["stages"]["extra"] = old["stages"].pop("package")

    found = {each.name: each for each in prove(old, NOW).differing_stages}

    assert found["train"].keys[0].startswith("cmd: python train.py → ")
    assert (found["extra"].change, found["package"].change) == ("removed", "added")
