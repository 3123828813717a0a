"""A report is read as if an attacker wrote it, and its verdict computed, not believed."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.errors import Exit, Failure
from mlops_spec.review.build import fitted
from mlops_spec.review.recompute import Review, Trusted, review
from mlops_spec.review.report import MAX_BYTES, Report, read_report
from mlops_spec.spec import Spec

from .conftest import SPEC, honest

TODAY = "2026-11-23"


def judge(record: dict[str, Any], never: tuple[str, ...] = (), today: str = TODAY) -> Review:
    return review(Report.model_validate(record), Trusted(Spec.model_validate(SPEC), today, never))


def named(record: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(gate for gate in record["gates"] if gate["id"] == name)
    return found


def test_an_honest_report_is_what_it_says(record: dict[str, Any]) -> None:
    found = judge(record)

    assert found.verdict == "pass"
    assert found.missing == ()
    assert {one.gate.id: one.notes for one in found.gates if one.notes} == {
        "fairness/equalized_odds_difference/sex": ("waived until 2027-01-31",)
    }


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"value": 0.7, "low": 0.69, "high": 0.71}, "fail"),
        ({"value": 0.765, "low": 0.75, "high": 0.78}, "inconclusive"),
        ({"value": None, "low": None, "high": None}, "inconclusive"),
        ({"low": 0.8, "high": 0.7}, "inconclusive"),
        ({"bound": None}, "inconclusive"),
        ({"bound": {"op": "=", "value": 0.76}}, "fail"),
        ({"verdict": "fail"}, "fail"),
        ({"verdict": "inconclusive"}, "inconclusive"),
    ],
)
def test_a_pass_that_its_numbers_do_not_bear_out_is_none(
    record: dict[str, Any], change: dict[str, Any], verdict: str
) -> None:
    named(record, "roc_auc").update(change)

    assert judge(record).verdict == verdict


def test_a_gate_that_is_left_out_fails(record: dict[str, Any]) -> None:
    record["gates"] = [gate for gate in record["gates"] if gate["id"] != "roc_auc"]

    found = judge(record)

    assert (found.verdict, found.missing) == ("fail", ("roc_auc",))


def test_a_bound_that_is_not_mains_is_told_and_mains_shown(record: dict[str, Any]) -> None:
    named(record, "roc_auc")["bound"]["value"] = 0.5
    named(record, "latency/p99")["bound"]["value"] = 500

    notes = {one.gate.id: one.notes for one in judge(record).gates if one.notes and one.verdict == "pass"}

    assert notes == {
        "roc_auc": ("this change holds it against >= 0.5",),
        "latency/p99": ("this change holds it against <= 500",),
    }
    assert {one.gate.id: one.bound for one in judge(record).gates}["roc_auc"] == (">=", 0.76)


def test_a_waiver_counts_only_when_main_has_it(record: dict[str, Any]) -> None:
    named(record, "roc_auc").update(verdict="fail", waived_until="2030-01-01")

    found = judge(record)

    assert found.verdict == "fail"
    (note,) = [one.notes for one in found.gates if one.gate.id == "roc_auc"]
    assert note == ("waived by this change, not by main",)


def test_a_waiver_of_main_that_has_expired_counts_no_more(record: dict[str, Any]) -> None:
    assert judge(record, today="2027-02-01").verdict == "fail"


def test_no_champion_is_believed_only_when_the_ledger_has_none(record: dict[str, Any]) -> None:
    named(record, "champion/production/roc_auc").update(value=None, low=None, high=None, bound=None)

    assert judge(record).verdict == "inconclusive"
    assert judge(record, never=("staging",)).verdict == "inconclusive"
    assert judge(record, never=("production",)).verdict == "pass"


def test_a_report_without_gates_is_no_pass(record: dict[str, Any]) -> None:
    assert judge({**record, "gates": []}).verdict == "fail"


def write(folder: Path, content: Any) -> Path:
    path = folder / "report.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_an_honest_report_is_read(tmp_path: Path, record: dict[str, Any]) -> None:
    assert read_report(write(tmp_path, record)).rows == 7479


SPOILED: dict[str, Any] = {
    "empty": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"v": "\xff"}',
    "a list": b"[]",
    "UTF-16": json.dumps(honest()).encode("utf-16"),
    "UTF-16 without a mark": json.dumps(honest()).encode("utf-16-le"),
    "UTF-32": json.dumps(honest()).encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(honest()).encode(),
    "a lone surrogate": {**honest(), "failure": "\ud800"},
    "deep": b"[" * 50_000,
    "a key twice": b'{"v": 1, "v": 1}',
    "NaN": json.dumps(honest()).replace("0.777", "NaN").encode(),
    "Infinity": json.dumps(honest()).replace("0.777", "-Infinity").encode(),
    "a huge number": json.dumps(honest()).replace("0.777", "1e300").encode(),
    "an overflowing number": json.dumps(honest()).replace("0.777", "1e999").encode(),
    "a number in text": json.dumps(honest()).replace("0.777", '"0.777"').encode(),
    "true for a number": json.dumps(honest()).replace("0.777", "true").encode(),
    "another version": {**honest(), "v": 2},
    "an unknown key": {**honest(), "html": "<b>"},
    "a hostile model": {**honest(), "model": "x](http://evil)"},
    "a hostile measure": {**honest(), "measures": {"<img src=x>": {"value": 1}}},
    "a hostile version": {**honest(), "against": {**honest()["against"], "version": "v1.0.0 @all"}},
    "a hostile commit": {**honest(), "commit": "main"},
    "an unknown kind": {**honest(), "gates": [{**honest()["gates"][0], "kind": "magic"}]},
    "too many gates": {**honest(), "gates": [{"id": "a", "kind": "leak", "verdict": "pass"}] * 501},
    "a long text": {**honest(), "failure": "x" * 301},
    "too many bytes": json.dumps(honest()).encode() + b" " * MAX_BYTES,
}


@pytest.mark.parametrize("name", SPOILED)
def test_any_other_shape_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Failure, match=r"report\.json") as caught:
        read_report(write(tmp_path, SPOILED[name]))
    assert caught.value.exit_code == Exit.FINDINGS


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text(json.dumps(honest()))
    (tmp_path / "report.json").symlink_to("real.json")

    with pytest.raises(Failure, match="no regular file"):
        read_report(tmp_path / "report.json")


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.json")

    with pytest.raises(Failure, match="no regular file"):
        read_report(tmp_path / "report.json")


def test_a_missing_report_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="No such file") as caught:
        read_report(tmp_path / "report.json")
    assert caught.value.exit_code == Exit.USAGE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(st.sampled_from([*honest()]), JSON)
def test_a_spoiled_field_is_refused_or_harmless(field: str, value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            read_report(write(Path(folder), {**honest(), field: value}))
        except Failure as failure:
            assert failure.exit_code == Exit.FINDINGS


@given(st.integers(0, 500), st.integers(0, 300))
def test_a_report_always_fits(gates: int, slices: int) -> None:
    gate = {"id": "slice/a/b/" + "x" * 40, "kind": "slice", "verdict": "fail", "reason": "y" * 300}
    part = {"column": "c" * 300, "value": "v" * 300, "rows": 1, "measures": {}}
    report = Report.model_validate({**honest(), "gates": [gate] * gates, "slices": [part] * slices})

    content = fitted(report)

    assert len(content) <= MAX_BYTES
    assert len(Report.model_validate_json(content).gates) == gates
