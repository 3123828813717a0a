"""One value for a gate's result: what judging makes is what `gate.json` and a report give back."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from pydantic import ValidationError

from mlops_spec.integrity.shapes import GateFile
from mlops_spec.review.report import Report
from mlops_spec.spec.gates.result import Anchored, GateResult, Limit

MADE = GateResult(
    id="roc_auc",
    kind="metric",
    metric="roc_auc",
    value=0.8,
    low=0.78,
    high=0.82,
    bound=Limit(">=", 0.79),
    verdict="pass",
    reason="held",
    anchor=Anchored("v1.0.0", "sha256:" + "0" * 64, 0.0, -0.01, 0.01),
)
COMMIT = "a" * 40


def gate_file(gate: dict[str, Any]) -> GateFile:
    known = {"v": 1, "model": "m", "commit": COMMIT, "rows": 9, "against": None, "verdict": "pass", "seconds": {}}
    return GateFile.model_validate({**known, "gates": [gate]})


def report(gate: dict[str, Any]) -> Report:
    return Report.model_validate({"v": 1, "model": "m", "commit": COMMIT, "rows": 9, "gates": [gate]})


def test_a_result_that_was_written_is_read_as_the_same_value() -> None:
    assert gate_file(MADE.record()).gates == [MADE]
    assert report(MADE.record()).gates == [MADE]


def test_a_report_is_written_as_it_was_read() -> None:
    told = report(MADE.record())

    assert Report.model_validate_json(told.model_dump_json(exclude_none=True)) == told


@pytest.mark.parametrize("read", [gate_file, report], ids=["gate.json", "report.json"])
@pytest.mark.parametrize(
    "wrong",
    [{"verdict": "fine"}, {"value": "0.8"}, {"low": float("nan")}, {"more": 1}, {"bound": {"op": "!", "value": 1.0}}],
    ids=str,
)
def test_what_is_no_result_is_read_by_nobody(read: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read({**MADE.record(), **wrong})


def test_no_shape_knows_what_the_value_does_not() -> None:
    known = {each.name for each in fields(GateResult)}

    for shape in (GateFile, Report):
        inner = shape.model_json_schema()["$defs"]["Gate"]["properties"]
        assert set(inner) <= known
