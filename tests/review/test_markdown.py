"""The comment's text: what an honest run looks like, and that nothing hostile survives in it."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.review.build import _CURVES, _curve
from mlops_spec.review.markdown import MAX_BYTES, as_markdown
from mlops_spec.review.recompute import Trusted, review
from mlops_spec.review.report import Report
from mlops_spec.spec import Spec
from mlops_spec.words.markdown import inert, prose

from .conftest import SPEC, honest

EXPECTED = Path(__file__).parent / "expected.md"


def text(record: dict[str, Any], *more: str) -> str:
    report = Report.model_validate(record)
    return as_markdown(report, review(report, Trusted(Spec.model_validate(SPEC), "2026-11-23", ())), *more)


def test_the_whole_text(update: bool) -> None:
    found = text(honest(), "### Plan\n\n```\nnothing will run\n```")
    if update:
        EXPECTED.write_text(found, encoding="utf-8")
    assert found == EXPECTED.read_text(encoding="utf-8")


def waiting(said: dict[str, Any], **changed: Any) -> tuple[str, str]:
    """The verdict and the text of a report whose `roc_auc` is open, where main's gate `said` waits for a word."""
    spec = copy.deepcopy(SPEC)
    spec["gates"][0] |= said
    record = honest()
    own = next(gate for gate in record["gates"] if gate["id"] == "roc_auc")
    own |= {"low": 0.7, "verdict": "inconclusive", "review": True} | changed
    record["measures"]["roc_auc"] = {name: own[name] for name in ("value", "low", "high")}
    report = Report.model_validate(record)
    judged = review(report, Trusted(Spec.model_validate(spec), "2026-11-23", ()))
    return judged.verdict, as_markdown(report, judged)


def test_what_waits_for_a_word_says_whose_and_which() -> None:
    verdict, found = waiting({"on_inconclusive": "review"})

    assert verdict == "inconclusive"
    assert "waits for an approver's word" in found
    assert "accept roc_auc: why it may be released all the same" in found
    assert "An inconclusive gate blocks" not in found


def test_a_change_does_not_choose_that_its_gate_waits() -> None:
    verdict, found = waiting({})

    assert verdict == "inconclusive"
    assert "accept roc_auc" not in found
    assert "review is given, but nobody's word can let this gate through" in found
    assert "An inconclusive gate blocks" in found


def test_what_failed_waits_for_no_word() -> None:
    verdict, found = waiting({"on_inconclusive": "review"}, value=0.6, low=0.5, high=0.65, verdict="fail", review=None)

    assert verdict == "fail"
    assert "accept roc_auc" not in found


def test_a_run_that_failed_says_so() -> None:
    found = text(
        {**honest(), "gates": [], "measures": {}, "slices": [], "curves": {}, "failure": "No gates: see its log."}
    )

    assert found == "### credit-default: ❌ `No gates: see its log.`\n"


def test_the_drill_is_one_line() -> None:
    passed = [{"gate": "roc_auc", "attack": "shuffled labels"}]

    assert "Drill: the gates stopped all of 44 attacks." in text(honest() | {"drill": {"attacks": 44, "passed": []}})
    found = text(honest() | {"drill": {"attacks": 44, "passed": passed}})
    told = next(line for line in found.splitlines() if "Drill" in line).replace("`", "")
    assert told == "❌ Drill: of 44 attacks on the gates some were not stopped: roc_auc lets pass shuffled labels"
    assert "Drill" not in text(honest())


ATTACKS = [
    "@octocat",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<!-- mlops-spec -->",
    "`code` | cell |\n| --- |",
    "</details><script>",
    "https://evil.example",
    "www.evil.example",
    "a\u202eb\x1b[31m\x00",
    "`````",
    "&lt;img&gt;",
    "```\n# heading",
    "acme/repo#1",
    "user@example.org",
    "__bold__ **bold** _it_",
    "$\\text{x}$",
    "| a | b |",
    "line\u2028break",
]


def hostile(place: str, attack: str) -> dict[str, Any]:
    record = copy.deepcopy(honest())
    if place == "failure":
        return {**record, "failure": attack}
    if place == "drill":
        return {**record, "drill": {"attacks": 1, "passed": [{"gate": attack, "attack": attack}]}}
    if place in ("column", "value"):
        record["slices"][0][place] = attack
        return record
    gate = record["gates"][6]
    gate.update({"kind": "slice", "verdict": "fail"} if place == "slice" else {})
    gate[place] = attack
    return record


# Outside of code: no mention, tag, link, address, emphasis or comment; only our own tags.
_OWN = re.compile(r"</?(?:details|summary)>")
_LIVE = re.compile(r"@\w|<[A-Za-z/!]|\]\(|https?://|www\.|<!--|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def live(markdown: str) -> list[str]:
    return _LIVE.findall(_OWN.sub("", re.sub(r"`[^`\n]*`|<code>[^<\n]*</code>", "", markdown)))


@settings(max_examples=400)
@given(
    st.sampled_from(["id", "slice", "reason", "column", "value", "failure", "drill"]),
    st.lists(st.sampled_from(ATTACKS) | st.text(max_size=30), min_size=1, max_size=4).map("".join),
)
def test_nothing_hostile_survives(place: str, attack: str) -> None:
    found = text(hostile(place, attack))

    assert live(found) == []
    for mark in ("@octocat", "<img", "](", "<!--", "<script"):
        assert mark not in found
    header = next((line for line in found.splitlines() if line.startswith("| gate | value")), None)
    if header:  # every row has the columns of the header
        start = found.splitlines().index(header)
        table = [line for line in found.splitlines()[start:] if line.startswith("|")]
        assert {line.count(" | ") for line in table[: len(honest()["gates"])]} == {5}


@given(st.text(max_size=60))
def test_inert_text_is_one_printable_line(attack: str) -> None:
    found = inert(attack)

    assert len(found.splitlines()) <= 1
    assert not re.search(r"[<>@`|]|\]\(", found)
    assert live(prose(attack)) == []


def test_what_does_not_fit_is_left_out_and_said() -> None:
    found = text(honest(), "x" * MAX_BYTES, "short")

    assert len(found.encode()) <= MAX_BYTES
    assert "1 more parts do not fit here" in found
    assert "short" in found


def test_many_gates_are_cut_but_never_those_that_block() -> None:
    record = honest()
    many = [{**record["gates"][4], "id": f"slice/a/b/{number}", "slice": str(number)} for number in range(400)]
    blocking = {**record["gates"][2], "id": "accuracy", "metric": "accuracy", "verdict": "fail"}

    found = text({**record, "gates": [*record["gates"], *many, blocking]})

    assert "| accuracy |" in found
    assert "more gates are in the run's artifact" in found
    assert len(found.encode()) <= MAX_BYTES


def test_the_order_within_queries_is_drawn_by_rank() -> None:
    heights = [0.5 + 0.01 * k for k in range(1, 21)]

    found = text({**honest(), "curves": {"ndcg": heights}})

    assert "NDCG: first k rows of each query → NDCG at k" in found
    assert "x-axis 1 --> 20\n  y-axis 0 --> 1\n  line [0.5100, 0.5200," in found


@pytest.mark.parametrize("points", [2, 20])
def test_a_curve_is_read_at_each_rank(tmp_path: Path, points: int) -> None:
    known = np.linspace(1, 20, points)
    content = [{"k": k, "ndcg_at_k": 0.5 + 0.01 * k} for k in known]
    (tmp_path / "ndcg.json").write_text(json.dumps(content), encoding="utf-8")

    assert _curve(tmp_path, "ndcg", *_CURVES["ndcg"]) == pytest.approx([0.5 + 0.01 * k for k in range(1, 21)])


def test_a_curve_without_points_is_none(tmp_path: Path) -> None:
    (tmp_path / "ndcg.json").write_text("[]", encoding="utf-8")

    assert _curve(tmp_path, "ndcg", *_CURVES["ndcg"]) == []
