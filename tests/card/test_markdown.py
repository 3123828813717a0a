"""The card of a release: what was declared stays, what was measured stands beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.errors import Exit, Failure
from mlops_spec.release.card.evidence import evidence_of
from mlops_spec.release.card.markdown import measured_card

from .conftest import DECLARED, MEASURES, SPEC, bundle, evidence

EXPECTED = Path(__file__).parent / "expected" / "MODEL_CARD.md"


def metadata(card: str) -> dict[str, Any]:
    opening, front, _ = card.split("---\n", 2)
    assert opening == ""
    found: dict[str, Any] = yaml.safe_load(front)
    return found


def test_the_card_is_as_expected(update: bool) -> None:
    found = measured_card(DECLARED, evidence())
    if update:
        EXPECTED.parent.mkdir(exist_ok=True)
        EXPECTED.write_text(found, encoding="utf-8")

    assert found == EXPECTED.read_text(encoding="utf-8")


def test_the_declared_card_is_all_there() -> None:
    found = measured_card(DECLARED, evidence())

    declared = metadata(DECLARED)
    assert {name: metadata(found)[name] for name in declared} == declared
    assert DECLARED.split("---\n", 2)[2].rstrip() in found


def test_the_metadata_holds_each_measured_number_and_no_other() -> None:
    """As huggingface_hub reads it: one result needs task, dataset and metrics, each of these a type."""
    (model,) = metadata(measured_card(DECLARED, evidence()))["model-index"]

    assert model["name"] == SPEC.model
    (result,) = model["results"]
    assert result["task"]["type"] == metadata(DECLARED)["pipeline_tag"]
    assert {"type", "name"} <= result["dataset"].keys()
    assert result["dataset"]["args"] == {"sha256": "c" * 64, "rows": 7384}
    assert {each["type"]: each["value"] for each in result["metrics"]} == {
        name: each["value"] for name, each in MEASURES.items() if each["value"] is not None
    }
    assert result["metrics"][0]["args"] == {"confidence": SPEC.evaluate.confidence, "low": 0.24, "high": 0.26}


def test_nothing_measured_gives_no_results() -> None:
    assert "model-index" not in metadata(measured_card(DECLARED, evidence(measures={}, slices={})))


def test_a_card_before_its_registration_names_no_version() -> None:
    assert "- Version: v1.4.0" in measured_card(DECLARED, evidence())
    assert "Version:" not in measured_card(DECLARED, evidence(version=None))


def test_a_card_without_metadata_gets_some() -> None:
    found = measured_card("# Mine\n\nRead this.\n", evidence())

    assert list(metadata(found)) == ["model-index"]
    assert "# Mine\n\nRead this.\n" in found


@pytest.mark.parametrize("front", ["model-index: []", "- a", "a: [", "a: b: c"])
def test_metadata_that_is_none_is_refused(front: str) -> None:
    with pytest.raises(Failure, match=r"MODEL_CARD\.md: its metadata"):
        measured_card(f"---\n{front}\n---\n# Mine\n", evidence())


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp", "Co", "Cn"]), min_size=1))
def test_a_value_of_a_slice_stays_in_its_cell(value: str) -> None:
    slices = {"age_band": {value: {"rows": 1, "measures": {}}}}
    try:
        found = measured_card(DECLARED, evidence(slices=slices))
    except Failure:
        assert "${" in value or "\ufffc" in value  # no text of the spec may stand for an object
        return

    table = found.split("### By age\\_band\n\n" if "### By age\\_band" in found else "### By age_band\n\n")[
        1
    ].splitlines()
    assert len(table) == 3
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in table} == {6}
    assert not re.search(r"(?<!\\)[<@!\[]", table[2])


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"rows": -1},
        {"rows": "7384"},
        {"measures": {"roc_auc": {"value": "0.9"}}},
        {"measures": {"roc_auc": 0.9}},
        {"measures": None},
        {"slices": {"age": {"a": {"rows": 1}}}},
        {"measures": {"roc_auc": {"value": float("nan")}}},
        {"measures": {"roc_auc": {"value": float("inf")}}},
    ],
    ids=str,
)
def test_damaged_numbers_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Failure, match=r"evaluation\.json: ") as caught:
        evidence_of(bundle(**changed), SPEC)

    assert caught.value.exit_code == Exit.USAGE


def test_numbers_of_another_model_are_refused() -> None:
    with pytest.raises(Failure, match="several models: churn-b, credit-default") as caught:
        evidence_of(bundle(model="churn-b"), SPEC)

    assert caught.value.exit_code == Exit.FINDINGS
