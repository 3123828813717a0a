"""The table of `gate`: one picture of it, and the words for each kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlops_spec.gates.judgement import Judged, for_review
from mlops_spec.gates.table import label, number, show, summary
from mlops_spec.spec import Spec
from mlops_spec.spec.gates import ALWAYS
from mlops_spec.spec.gates.result import Against, GateResult, Limit

SPEC: dict[str, Any] = {
    "spec": 1,
    "model": "churn",
    "task": "binary-classification",
    "owners": ["@acme/churn"],
    "data": {"path": "d.csv", "target": "left", "id": "id"},
    "train": {"run": "x"},
}
GATES = (
    GateResult(
        id="contract", kind="contract", value=0, low=0, high=0, bound=Limit("=", 0), verdict="pass", reason="kept"
    ),
    GateResult(
        id="leak", kind="leak", value=1, low=1, high=1, bound=Limit("=", 0), verdict="fail", reason="1 test row"
    ),
    GateResult(
        id="leak/near",
        kind="leak",
        value=0,
        low=0,
        high=0,
        bound=Limit("=", 0),
        verdict="pass",
        reason="3 of 7479 test rows stand in the training rows too; 0.1 % would by chance",
    ),
    GateResult(
        id="leak/target",
        kind="leak",
        value=2,
        low=2,
        high=2,
        bound=Limit("=", 0),
        verdict="fail",
        reason="closed alone predicts the target at 1, where 1 is perfectly",
    ),
    GateResult(
        id="roc_auc",
        kind="metric",
        metric="roc_auc",
        value=0.777,
        low=0.766,
        high=0.791,
        bound=Limit(">=", 0.76),
        verdict="pass",
        reason="0.766 … 0.791 ≥ 0.76",
    ),
    GateResult(
        id="champion/production/roc_auc",
        kind="champion",
        metric="roc_auc",
        value=0.001,
        low=-0.003,
        high=0.005,
        bound=Limit(">=", -0.005),
        verdict="pass",
        reason="",
        baseline=0.776,
    ),
    GateResult(
        id="slice/age_band/roc_auc",
        kind="slice",
        metric="roc_auc",
        value=0.741,
        low=0.698,
        high=0.781,
        bound=Limit(">=", 0.7),
        verdict="inconclusive",
        reason="age_band=[0,25): 0.7 lies within 0.698 … 0.781; about 1900 more rows would settle it",
    ),
    GateResult(
        id="slice/age_band/roc_auc/[0,25)",
        kind="slice",
        metric="roc_auc",
        slice="[0,25)",
        value=0.741,
        low=0.698,
        high=0.781,
        bound=Limit(">=", 0.7),
        verdict="inconclusive",
        reason="0.7 lies within 0.698 … 0.781; about 1900 more rows would settle it",
        rows_needed=1900,
    ),
    GateResult(
        id="weak_slices/roc_auc",
        kind="weak_slices",
        metric="roc_auc",
        slice="education=university & sex=male",
        value=0.723,
        low=0.678,
        high=0.795,
        bound=Limit(">=", 0.65),
        verdict="pass",
        reason="education=university & sex=male (600 rows), the worst of 71 slices: 0.678 … 0.795 ≥ 0.65",
    ),
    GateResult(
        id="fairness/equalized_odds_difference/sex",
        kind="fairness",
        metric="equalized_odds_difference",
        value=0.131,
        low=0.097,
        high=0.166,
        bound=Limit("<=", 0.1),
        verdict="fail",
        reason="0.097 … 0.166 is not ≤ 0.1; true positive rate: female 0.29, male 0.42",
        waived_until="2027-01-31",
    ),
    GateResult(
        id="robustness/missing/roc_auc",
        kind="robustness",
        metric="roc_auc",
        value=0.004,
        low=0.001,
        high=0.007,
        bound=Limit("<=", 0.03),
        verdict="pass",
        reason="",
    ),
    GateResult(
        id="latency/p99",
        kind="latency",
        value=3.12,
        low=3.0,
        high=3.3,
        bound=Limit("<=", 50),
        verdict="pass",
        reason="",
    ),
    GateResult(
        id="size", kind="size", value=2.1e6, low=2.1e6, high=2.1e6, bound=Limit("<=", 5e7), verdict="pass", reason=""
    ),
)
JUDGED = Judged("credit-default", "0" * 40, 7479, Against("production", "v1.4.0", "sha256:" + "0" * 64), GATES)
TABLE = Path(__file__).with_suffix(".txt")


def test_the_whole_table(capsys: pytest.CaptureFixture[str], update: bool) -> None:
    show(JUDGED)

    out = capsys.readouterr().out
    if update:
        TABLE.write_text(out, encoding="utf-8")
    assert out == TABLE.read_text(encoding="utf-8")


def test_a_pass_says_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    show(replace(JUDGED, gates=GATES[4:6], against=None))

    assert capsys.readouterr().out.splitlines()[0] == "credit-default · 7,479 test rows · PASS"
    assert "failed" not in capsys.readouterr().out


def test_a_column_without_values_still_has_its_line() -> None:
    assert label(GATES[6]) == "slice age_band: roc_auc"


@pytest.mark.parametrize(
    ("kind", "amount", "text"),
    [
        ("latency", 2000, "2,000 ms"),
        ("metric", 57.04, "57.0"),
        ("metric", 12345.6, "12,346"),
        ("champion", -0.5, "−0.500"),
    ],
)
def test_numbers_have_the_digits_that_matter(kind: str, amount: float, text: str) -> None:
    assert number(GateResult(id="x", kind=kind, verdict="pass", reason=""), amount) == text


def waiting(gate: dict[str, Any], verdict: Any = "inconclusive", until: str | None = None) -> Judged:
    """Two judged gates of one id: `gate` asks for a word where it is inconclusive, its ceiling does not."""
    spec = Spec.model_validate(SPEC | {"gates": [gate, {"metric": "roc_auc", "max": 0.99}]})
    found = GateResult(id="roc_auc", kind="metric", metric="roc_auc", verdict=verdict, reason="", waived_until=until)
    always = [GateResult(id=name, kind=name.partition("/")[0], verdict="pass", reason="") for name in ALWAYS]
    results = for_review(spec, [*always, found, replace(found, verdict="pass", waived_until=None)])
    return Judged("churn", "0" * 40, 250, None, results)


WORD = {"metric": "roc_auc", "min": 0.7, "on_inconclusive": "review"}


def test_what_waits_for_a_word_stops_nothing_and_is_no_pass() -> None:
    judged = waiting(WORD)

    assert (judged.verdict, judged.stops) == ("inconclusive", False)
    assert "accept roc_auc: reason" in summary(judged)
    assert [gate.review for gate in judged.gates].count(True) == 1


@pytest.mark.parametrize(
    ("gate", "verdict", "until"),
    [
        ({"metric": "roc_auc", "min": 0.7}, "inconclusive", None),
        (WORD, "fail", None),
        (WORD, "pass", None),
        (WORD, "inconclusive", "2027-01-31"),
    ],
)
def test_nothing_else_waits(gate: dict[str, Any], verdict: str, until: str | None) -> None:
    judged = waiting(gate, verdict, until)

    assert not any(gate.review for gate in judged.gates)
    assert judged.stops == (verdict != "pass" and until is None)
