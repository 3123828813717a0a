"""Gates over known answers: each kind passes, fails and stays open when it should, and fails closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.gates.case import Case, Perturbed, Rival
from mlops_spec.gates.judgement import Judged, waived
from mlops_spec.gates.kinds import champion, fairness, latency, leak, metric, robustness, size, slices, weak_slices
from mlops_spec.gates.kinds.latency import percentile_interval
from mlops_spec.gates.perturb import perturb
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.table import of_frame
from mlops_spec.spec import Spec
from mlops_spec.spec.gates.result import Against
from mlops_spec.spec.governance import Waiver

if TYPE_CHECKING:
    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.result import GateResult

COUNT = 1200
DRAW = np.random.default_rng(5)
TRUTH = DRAW.integers(0, 2, COUNT)
GOOD = np.clip(0.35 + 0.3 * TRUTH + DRAW.normal(0, 0.12, COUNT), 0.01, 0.99)
WORSE = np.clip(0.45 + 0.1 * TRUTH + DRAW.normal(0, 0.12, COUNT), 0.01, 0.99)
BAND = DRAW.choice(["old", "young"], COUNT)


def make(gate: dict[str, Any], **changed: Any) -> tuple[Case, Any]:
    spec = Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "target"},
            "train": {"run": "x"},
            "evaluate": {"resamples": 200},
            "gates": [gate],
        }
    )
    case = Case(
        root=Path(),
        spec=spec,
        digest="sha256:" + "0" * 64,
        data=of_frame(pd.DataFrame()),
        data_changed=False,
        train=pd.DataFrame(),
        test=pd.DataFrame({"band": BAND, "target": TRUTH}),
        answers=Answers(TRUTH, GOOD),
        perturbed=(),
        latencies=None,
        package_bytes=2_000_000,
        rivals={},
    )
    return replace(case, **changed), spec.gates[0]


def one(module: Any, gate: dict[str, Any], **changed: Any) -> GateResult:
    (result,) = module.results(*make(gate, **changed))
    assert isinstance(result.verdict, str)
    return result  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("bound", "verdict"),
    [({"min": 0.9}, "pass"), ({"min": 0.99}, "fail"), ({"max": 0.5}, "fail"), ({"max": 1.0}, "pass")],
)
def test_a_metric_against_its_bound(bound: dict[str, float], verdict: str) -> None:
    result = one(metric, {"metric": "roc_auc", **bound})

    assert (result.id, result.kind, result.verdict) == ("roc_auc", "metric", verdict)
    assert result.low is not None
    assert result.high is not None
    assert result.value is not None
    assert result.low < result.value < result.high


def test_few_rows_are_inconclusive() -> None:
    few = Answers(TRUTH[:40], GOOD[:40])

    result = one(metric, {"metric": "roc_auc", "min": 0.95}, answers=few, test=pd.DataFrame({"band": BAND[:40]}))

    assert result.verdict == "inconclusive"
    assert result.rows_needed


@settings(max_examples=60)
@given(
    st.sampled_from(["roc_auc", "brier_score", "accuracy", "log_loss"]),
    st.sampled_from([np.nan, np.inf, -np.inf, -0.1, 1.1]),
    st.sets(st.integers(0, COUNT - 1), min_size=1, max_size=5),
    st.booleans(),
)
def test_no_metric_passes_on_answers_that_are_no_probabilities(
    name: str, bad: float, places: set[int], lower: bool
) -> None:
    score = GOOD.copy()
    score[list(places)] = bad

    result = one(metric, {"metric": name, **({"max": 1e9} if lower else {"min": -1e9})}, answers=Answers(TRUTH, score))

    assert (result.verdict, result.value) == ("inconclusive", None)


def test_one_class_is_inconclusive() -> None:
    result = one(metric, {"metric": "roc_auc", "min": 0.5}, answers=Answers(np.ones(COUNT, dtype=int), GOOD))

    assert result.verdict == "inconclusive"
    assert "one class only" in result.reason


class OneAnchor:
    """An anchor for every gate; `asked` are the gates that wanted it."""

    def __init__(self, score: np.ndarray | None, reason: str = "") -> None:
        self.rival, self.asked = Rival(score, Against("", "v1.0.0", "sha256:" + "a" * 64), reason), list[str]()

    def of(self, name: str, demand: Demand) -> Rival | None:
        self.asked.append(name)
        return self.rival


NEAR = np.clip(GOOD + DRAW.normal(0, 0.002, COUNT), 0.01, 0.99)  # as good as it, on other grounds
OPEN: list[tuple[Any, dict[str, Any]]] = [
    (metric, {"metric": "roc_auc", "min": 0.962, "margin": 0.01}),
    (metric, {"metric": "brier_score", "max": 0.137, "margin": 0.01}),
    (slices, {"slice": "band", "metric": "roc_auc", "min": 0.962, "margin": 0.01}),
    (weak_slices, {"weak_slices": ["band"], "metric": "roc_auc", "min": 0.962, "margin": 0.01}),
    (fairness, {"fairness": "equal_opportunity_difference", "by": "band", "max": 0.05, "margin": 0.03}),
]


@pytest.mark.parametrize(("module", "gate"), OPEN)
def test_what_an_interval_leaves_open_is_held_by_the_anchor_within_the_margin(
    module: Any, gate: dict[str, Any]
) -> None:
    alone = next(module.results(*make(gate)))
    held = next(module.results(*make(gate, anchors=OneAnchor(NEAR))))
    unheld = next(module.results(*make({**gate, "margin": 1e-7}, anchors=OneAnchor(NEAR))))
    without = next(module.results(*make({**gate, "margin": None}, anchors=OneAnchor(NEAR))))

    assert alone.verdict == unheld.verdict == without.verdict == "inconclusive"
    assert "no version that passed it outright" in alone.reason
    assert "nor does v1.0.0 hold it" in unheld.reason
    assert held.verdict == "pass"
    assert held.anchor is not None
    assert held.anchor.version == "v1.0.0"
    assert held.anchor.low < held.anchor.high
    assert "held by v1.0.0, which passed it outright" in held.reason
    assert (held.value, held.low, held.high) == (alone.value, alone.low, alone.high)


@pytest.mark.parametrize(("module", "gate"), OPEN)
def test_a_candidate_worse_than_the_anchor_is_not_held(module: Any, gate: dict[str, Any]) -> None:
    better = np.clip(GOOD + 0.25 * (TRUTH - 0.5), 0.01, 0.99)

    assert next(module.results(*make(gate, anchors=OneAnchor(better)))).verdict == "inconclusive"


@pytest.mark.parametrize("bound", [{"min": 0.99}, {"min": 0.9}])
def test_no_anchor_is_asked_where_the_interval_decides(bound: dict[str, float]) -> None:
    anchors = OneAnchor(NEAR)
    one(metric, {"metric": "roc_auc", "margin": 0.01, **bound}, anchors=anchors)

    assert anchors.asked == []


def test_an_anchor_that_can_not_answer_holds_nothing() -> None:
    result = one(metric, OPEN[0][1], anchors=OneAnchor(None, "v1.0.0 can't answer these rows: no column"))

    assert (result.verdict, result.anchor) == ("inconclusive", None)
    assert "can't answer these rows" in result.reason


def test_a_candidate_as_good_as_the_champion_alone_does_not_pass_beside_a_better_anchor() -> None:
    """The champion may have come down by small steps; the anchor is where they began."""
    better = np.clip(GOOD + 0.1 * (TRUTH - 0.5), 0.01, 0.99)
    live = Rival(NEAR, Against("production", "v1.1.0", "sha256:" + "b" * 64))

    beside = one(champion, CHAMPION, rivals={"production": live}, anchors=OneAnchor(better))
    alone = one(champion, CHAMPION, rivals={"production": live}, anchors=OneAnchor(NEAR))

    assert alone.verdict == "pass"
    assert beside.verdict == "fail"
    assert beside.anchor is not None
    assert "by which later versions are measured" in beside.reason


def test_unchanged_inputs_have_the_same_verdicts() -> None:
    for module, gate in OPEN:
        twice = [list(module.results(*make(gate, anchors=OneAnchor(NEAR)))) for _ in range(2)]

        assert twice[0] == twice[1]


CHAMPION = {"champion": "production", "metric": "roc_auc", "margin": 0.01}


@pytest.mark.parametrize(
    ("rival", "verdict", "reason"),
    [
        (Rival(WORSE), "pass", ""),
        (Rival(np.clip(GOOD + 0.2 * (TRUTH - 0.5), 0, 1)), "fail", ""),
        (Rival(GOOD), "pass", "are they the same model?"),
        (Rival(None, reason="v1.0.0 can't answer these rows: x"), "inconclusive", "v1.0.0 can't answer"),
        (Rival(None, reason="no champion yet", never_deployed=True), "pass", "no champion yet"),
        (Rival(np.full(COUNT, np.nan)), "inconclusive", "NaN"),
        (
            Rival(GOOD[:-1]),
            "inconclusive",
            f"the champion answers with shape ({COUNT - 1},), this model with ({COUNT},)",
        ),
        (Rival(np.stack([1 - GOOD, GOOD], axis=1)), "inconclusive", f"the champion answers with shape ({COUNT}, 2)"),
    ],
)
def test_the_champion(rival: Rival, verdict: str, reason: str) -> None:
    result = one(champion, CHAMPION, rivals={"production": rival})

    assert (result.id, result.verdict) == ("champion/production/roc_auc", verdict)
    assert reason in result.reason


SEEN = "it was trained on about 75% of these test rows"


@pytest.mark.parametrize(
    ("score", "verdict", "reason"),
    [
        (WORSE, "pass", f", though the champion has the advantage: {SEEN}"),
        (
            np.clip(GOOD + 0.2 * (TRUTH - 0.5), 0, 1),
            "inconclusive",
            f"the champion has an advantage that is no merit: {SEEN}; ",
        ),
    ],
)
def test_a_champion_that_has_seen_the_rows_stops_nobody_as_worse(score: Any, verdict: str, reason: str) -> None:
    result = one(champion, CHAMPION, rivals={"production": Rival(score, seen=SEEN)})

    assert result.verdict == verdict
    assert reason in result.reason


SELF = Against("production", "v1.0.0", "sha256:" + "0" * 64)


@pytest.mark.parametrize(
    ("score", "verdict", "reason"),
    [
        (GOOD, "pass", "production v1.0.0 is this very package, so nothing was compared; "),
        (WORSE, "inconclusive", "production v1.0.0 is this very package, yet it answers otherwise"),
    ],
)
def test_a_champion_that_is_the_candidate_itself_is_noticed(score: Any, verdict: str, reason: str) -> None:
    result = one(champion, CHAMPION, rivals={"production": Rival(score, SELF)})

    assert result.verdict == verdict
    assert result.reason.startswith(reason)


@pytest.mark.parametrize(
    ("module", "gate"),
    [
        (metric, {"metric": "no_such", "min": 0.5}),
        (champion, {"champion": "production", "metric": "no_such"}),
        (robustness, {"robustness": "missing", "metric": "no_such", "max_drop": 0.1}),
        (slices, {"slice": "band", "metric": "no_such", "min": 0.5}),
    ],
)
def test_a_metric_that_is_missing_is_inconclusive(module: Any, gate: dict[str, Any]) -> None:
    case, declared = make(gate, rivals={"production": Rival(WORSE)})

    first = next(module.results(replace(case, perturbed=(Perturbed(declared, WORSE),)), declared))

    assert first.verdict == "inconclusive"
    assert "there is no metric `no_such`" in first.reason


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.1, 1.1])
def test_no_disparity_is_told_from_answers_that_are_no_probabilities(bad: float) -> None:
    score = GOOD.copy()
    score[7] = bad

    assert one(fairness, FAIR, answers=Answers(TRUTH, score)).verdict == "inconclusive"


def test_a_champion_where_less_is_better() -> None:
    gate = {"champion": "production", "metric": "brier_score", "margin": 0.001}

    result = one(champion, gate, rivals={"production": Rival(WORSE)})
    assert (result.verdict, result.bound and result.bound.op) == ("pass", "<=")
    assert one(champion, gate, answers=Answers(TRUTH, WORSE), rivals={"production": Rival(GOOD)}).verdict == "fail"


SLICE = {"slice": "band", "metric": "roc_auc", "min": 0.8, "min_rows": 100}


def test_a_slice_that_is_bad_decides() -> None:
    score = np.where(BAND == "old", 1 - GOOD, GOOD)

    overall, old, young = slices.results(*make(SLICE, answers=Answers(TRUTH, score)))

    assert (overall.id, overall.slice, overall.verdict) == ("slice/band/roc_auc", None, "fail")
    assert overall.reason.startswith("band=old: ")
    assert (old.id, old.verdict) == ("slice/band/roc_auc/old", "fail")
    assert (young.id, young.slice, young.verdict) == ("slice/band/roc_auc/young", "young", "pass")


def test_a_slice_that_is_small_or_of_one_class_is_inconclusive() -> None:
    band = np.where(np.arange(COUNT) < 60, "few", np.where(TRUTH == 1, "ones", "zeros"))

    overall, *each = slices.results(*make(SLICE, test=pd.DataFrame({"band": band})))

    assert overall.verdict == "inconclusive"
    assert {result.slice: result.verdict for result in each} == dict.fromkeys(("few", "ones", "zeros"), "inconclusive")


def test_missing_values_are_a_slice() -> None:
    band = pd.Series(BAND, dtype="str").mask(np.arange(COUNT) % 3 == 0)

    _, *each = slices.results(*make(SLICE, test=pd.DataFrame({"band": band})))

    assert [result.slice for result in each] == ["old", "young", "(missing)"]


WEAK = {"weak_slices": ["place", "band"], "metric": "roc_auc", "min": 0.8, "min_rows": 100}
PLACE = np.where(np.arange(COUNT) % 6 == 0, "york", "kent")
PLACES = pd.DataFrame({"band": BAND, "place": PLACE, "target": TRUTH})


def test_a_slice_that_nobody_named_decides() -> None:
    score = np.where((PLACE == "york") & (BAND == "old"), 1 - GOOD, GOOD)
    rows = int(((PLACE == "york") & (BAND == "old")).sum())

    deep = one(weak_slices, {**WEAK, "depth": 2, "min_rows": rows}, test=PLACES, answers=Answers(TRUTH, score))
    shallow = one(weak_slices, WEAK, test=PLACES, answers=Answers(TRUTH, GOOD))

    assert (deep.id, deep.kind, deep.verdict) == ("weak_slices/roc_auc", "weak_slices", "fail")
    assert deep.slice == "place=york & band=old"
    assert deep.reason.startswith(f"place=york & band=old ({rows} rows), the worst of ")
    assert (shallow.verdict, shallow.bound and shallow.bound.op) == ("pass", ">=")
    assert "the worst of 4 slices" in shallow.reason


def test_all_is_every_column_but_the_target() -> None:
    case, gate = make({**WEAK, "weak_slices": "all", "min": 0.7}, test=PLACES.assign(seen=pd.Timestamp("2026-01-01")))

    assert list(weak_slices.columns_of(case, gate)) == ["band", "place"]


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ({**WEAK, "min_rows": COUNT}, "no slice has enough rows"),
        ({**WEAK, "weak_slices": ["nowhere"]}, "the test rows have no column `nowhere`"),
        ({**WEAK, "metric": "no_such"}, "there is no metric `no_such`"),
    ],
)
def test_a_search_of_nothing_is_inconclusive(gate: dict[str, Any], reason: str) -> None:
    result = one(weak_slices, gate, test=PLACES)

    assert (result.verdict, result.reason) == ("inconclusive", reason)


@pytest.mark.parametrize(
    ("module", "gate"),
    [(slices, {**SLICE, "slice": "nowhere"}), (fairness, {"fairness": "equalized_odds_ratio", "by": "no", "min": 0.5})],
)
def test_a_column_that_is_not_there_is_inconclusive(module: Any, gate: dict[str, Any]) -> None:
    assert "the test rows have no column `no" in one(module, gate).reason


def sides(count: int = 600, **columns: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train and test rows, which are alike in nothing."""
    draw = np.random.default_rng(8)
    rows = pd.DataFrame({f"x{number}": draw.normal(size=count) for number in range(4)})
    rows = rows.assign(target=(rows["x0"] + draw.normal(size=count) > 0).astype(int), **columns)
    return rows.iloc[: count // 2].reset_index(drop=True), rows.iloc[count // 2 :].reset_index(drop=True)


def leaks(train: pd.DataFrame, test: pd.DataFrame, **changed: Any) -> dict[str, GateResult]:
    case, _ = make({"metric": "roc_auc", "min": 0.5}, train=train, test=test, **changed)
    return {gate(case).id: gate(case) for gate in (leak.rows, leak.near, leak.target)}


def test_a_clean_split_has_no_leak() -> None:
    found = leaks(*sides())

    assert {name: (one.verdict, one.value) for name, one in found.items()} == {
        "leak": ("pass", 0),
        "leak/near": ("pass", 0),
        "leak/target": ("pass", 0),
    }


def test_a_row_on_both_sides_is_near_too() -> None:
    """No split by hash puts it there: one is enough."""
    train, test = sides()

    one, many = (leaks(pd.concat([train, test.head(count)]), test) for count in (1, 12))

    assert [(one[name].verdict, one[name].value) for name in ("leak", "leak/near")] == [("fail", 1), ("fail", 1)]
    assert [(many[name].verdict, many[name].value) for name in ("leak", "leak/near")] == [("fail", 12), ("fail", 12)]


def test_rows_with_one_value_changed_are_near() -> None:
    train, test = sides()

    found = leaks(pd.concat([train, test.head(12).assign(x2=9.0)]), test)

    assert (found["leak"].verdict, found["leak/near"].verdict, found["leak/near"].value) == ("pass", "fail", 7)
    assert found["leak/near"].reason == (
        "13 of 13 groups of nearly equal rows lie on both sides of the split; 6.5 would by chance"
    )


def test_a_feature_that_is_the_target_is_named() -> None:
    train, test = sides()

    found = leaks(train.assign(closed=np.where(train["target"] == 1, None, "open")), test)["leak/target"]

    assert (found.verdict, found.value) == ("fail", 1)
    assert found.reason == "closed alone predicts the target at 1, where 1 is perfectly"


def test_what_the_model_does_not_see_gives_nothing_away() -> None:
    train, test = sides()
    case, _ = make({"metric": "roc_auc", "min": 0.5}, train=train.assign(closed=train["target"]), test=test)
    features = case.spec.train.features.model_copy(update={"exclude": ["closed"]})
    told = case.spec.model_copy(update={"train": case.spec.train.model_copy(update={"features": features})})

    assert leak.target(replace(case, spec=told)).verdict == "pass"


def test_times_are_compared_too() -> None:
    """A time that every row of one class has, and the rows of a day that repeat."""
    seen = pd.date_range("2026-01-01", periods=600, freq="h")
    train, test = sides(seen=seen)

    clean = leaks(train, test)
    told = leaks(train.assign(seen=train["seen"].mask(train["target"] == 1)), test)

    assert [clean[name].verdict for name in ("leak", "leak/near")] == ["pass", "pass"]
    assert clean["leak/target"].reason == "seen is a time, and the split by lot tests no later one than was trained on"
    assert told["leak/target"].reason.startswith("seen alone predicts the target at 1")


@pytest.mark.parametrize(
    "whom",
    [
        {"customer": np.arange(600) % 150},
        {"code": [f"K{number % 150:04}" for number in range(600)]},
        {"place": np.arange(600) % 150, "sex": np.arange(600) % 150 % 2, "born": 1950 + np.arange(600) % 150 % 47},
    ],
    ids=["called so", "looks so", "goes with others"],
)
def test_whom_a_row_is_about_is_on_both_sides(whom: dict[str, Any]) -> None:
    name = next(iter(whom))

    found = leaks(*sides(**whom))["leak/near"]

    assert (found.verdict, found.value) == ("fail", 1)
    assert found.reason == (
        f"`{name}` names whom a row is about, and 150 of its 150 values are on both sides; split by that group"
    )


@pytest.mark.parametrize(
    "column",
    [np.arange(600) % 70, np.arange(600) % 7, [f"kind {number % 150}" for number in range(600)]],
    ids=["an age", "a grade", "a kind"],
)
def test_a_column_that_only_repeats_names_nobody(column: Any) -> None:
    draw = np.random.default_rng(3)

    assert {each.verdict for each in leaks(*sides(age=draw.permutation(column))).values()} == {"pass"}


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (np.arange(600), "names each row"),
        ([f"{number:08x}-0000-4000-8000-000000000000" for number in range(600)], "names each row"),
        ([f"2026-{1 + number % 12:02}-{1 + number % 28:02}" for number in range(600)], "is a time"),
    ],
    ids=["number", "text", "day"],
)
def test_a_name_or_a_time_is_no_feature_under_a_split_by_lot(column: Any, why: str) -> None:
    draw = np.random.default_rng(3)

    found = leaks(*sides(told=draw.permutation(column)))["leak/target"]

    assert (found.verdict, found.value) == ("fail", 1)
    assert found.reason.startswith(f"told {why}")


@pytest.mark.parametrize(
    ("change", "gates"),
    [
        (lambda train, test: (train.iloc[:0], test), {"leak", "leak/near", "leak/target"}),
        (lambda train, test: (train, test.iloc[:0]), {"leak", "leak/near"}),
        (lambda train, test: (train.assign(target=1), test), {"leak/target"}),
        (lambda train, test: (train.assign(target=np.nan), test), {"leak/target"}),
        (lambda train, test: (train[["target"]], test[["target"]]), {"leak/target"}),
        (lambda train, test: (train, test.drop(columns="x3")), {"leak/near"}),
    ],
    ids=["no training rows", "no test rows", "one class", "no target", "no features", "a column less"],
)
def test_a_leak_that_can_t_be_looked_for_is_inconclusive(change: Any, gates: set[str]) -> None:
    found = leaks(*change(*sides()))

    assert {name for name, one in found.items() if one.verdict == "inconclusive"} == gates
    assert all(found[name].reason and found[name].value is None for name in gates)


FAIR = {"fairness": "equalized_odds_difference", "by": "band", "max": 0.2}


def test_a_disparity_names_who_fares_worse() -> None:
    assert one(fairness, FAIR).verdict == "pass"
    score = np.where(BAND == "old", np.minimum(GOOD, 0.49), GOOD)

    result = one(fairness, FAIR, answers=Answers(TRUTH, score))

    assert result.id == "fairness/equalized_odds_difference/band"
    assert result.verdict == "fail"
    assert "true positive rate: old 0.00, young 0." in result.reason


def test_one_group_alone_is_inconclusive() -> None:
    result = one(fairness, FAIR, test=pd.DataFrame({"band": ["all"] * COUNT}))

    assert (result.verdict, result.reason) == ("inconclusive", "one group only (all): there is nothing to compare")


ROBUST = {"robustness": "missing", "metric": "roc_auc", "max_drop": 0.05}


@pytest.mark.parametrize(
    ("score", "reason", "verdict"),
    [
        (np.where(np.arange(COUNT) % 50 == 0, 0.5, GOOD), "", "pass"),
        (WORSE, "", "fail"),
        (GOOD, "", "pass"),
        (None, "no feature is of a type", "inconclusive"),
        (np.full(COUNT, np.inf), "", "inconclusive"),
    ],
)
def test_robustness_is_the_drop(score: Any, reason: str, verdict: str) -> None:
    case, gate = make(ROBUST)

    (result,) = robustness.results(replace(case, perturbed=(Perturbed(gate, score, reason),)), gate)

    assert (result.id, result.verdict) == ("robustness/missing/roc_auc", verdict)


FRAGILE = {
    "missing": lambda rows: rows["x"].round(9).map(SIGNAL).fillna(0.0),
    "noise": lambda rows: (rows["x"] * 1e6) % 1000,  # reads the last digits
    "unseen_category": lambda rows: rows["kind"].map({"low": 0.0, "high": 1.0}).fillna(0.5),
    **dict.fromkeys(
        ("typos", "case", "whitespace"), lambda rows: rows["kind"].map({"low": 0.0, "high": 1.0}).fillna(0.5)
    ),
    "shift": lambda rows: rows["x"].round(9).map(SIGNAL).fillna(0.0),  # has learnt its rows by heart
    "rounding": lambda rows: (rows["x"] * 1e6) % 1000,
}
ROWS = pd.DataFrame({"n": np.arange(COUNT) % 7, "kind": np.where(TRUTH == 1, "high", "low")})
ROWS["x"] = DRAW.normal(50, 9, COUNT).round(3) + GOOD * 1e-3
SIGNAL = dict(zip(ROWS["x"].round(9), GOOD, strict=True))


@pytest.mark.parametrize("kind", FRAGILE)
def test_a_model_that_each_kind_breaks_is_stopped(kind: str) -> None:
    """The rows are really perturbed and really answered; the same model passes where the gate allows the drop."""
    case, gate = make({"robustness": kind, "metric": "roc_auc", "rate": 0.9, "max_drop": 0.03})
    scores = [FRAGILE[kind](rows) for rows in (ROWS, perturb(gate, list(ROWS), ROWS, ROWS, seed=1))]
    low, high = scores[0].min(), scores[0].max()
    clean, worse = (np.clip((score - low) / (high - low), 0, 1).to_numpy() for score in scores)
    case = replace(case, answers=Answers(TRUTH, clean))

    (stopped,) = robustness.results(replace(case, perturbed=(Perturbed(gate, worse),)), gate)
    loose = gate.model_copy(update={"max_drop": 0.9})
    (allowed,) = robustness.results(replace(case, perturbed=(Perturbed(loose, worse),)), loose)

    assert (stopped.verdict, allowed.verdict) == ("fail", "pass")


@pytest.mark.parametrize(
    ("latencies", "verdict"),
    [
        (np.full(1000, 0.004) + np.arange(1000) * 1e-7, "pass"),
        (np.full(1000, 0.06) + np.arange(1000) * 1e-7, "fail"),
        (np.where(np.arange(1000) % 40 == 0, 0.2, 0.004) + np.arange(1000) * 1e-7, "fail"),
        (np.where(np.arange(1000) % 90 == 0, 0.2, 0.004), "inconclusive"),
        (np.full(100, 0.004), "inconclusive"),
        (None, "inconclusive"),
        (np.full(1000, np.nan), "inconclusive"),
    ],
)
def test_latency(latencies: Any, verdict: str) -> None:
    (result,) = latency.results(*make({"latency": {"p99": "50ms"}}, latencies=latencies))

    assert (result.id, result.verdict) == ("latency/p99", verdict)


def test_the_percentile_interval_covers_what_it_should() -> None:
    """Of an exponential law the 99th percentile is -ln 0.01; 95 of 100 intervals should hold it."""
    truth = -np.log(0.01)
    draw = np.random.default_rng(0)

    found = [percentile_interval(draw.exponential(size=1000), 0.99, 0.95) for _ in range(2000)]

    assert 0.94 <= np.mean([interval.low <= truth <= interval.high for interval in found]) <= 0.985


@pytest.mark.parametrize(("limit", "verdict"), [("3MB", "pass"), ("2MB", "pass"), ("1999kB", "fail")])
def test_size(limit: str, verdict: str) -> None:
    (result,) = size.results(*make({"size": {"max": limit}}))

    assert (result.id, result.value, result.verdict) == ("size", 2e6, verdict)


def judged(*results: GateResult) -> Judged:
    return Judged("m", "0" * 40, COUNT, None, results)


def test_the_worst_decides_and_nothing_is_no_pass() -> None:
    good, bad = one(metric, {"metric": "roc_auc", "min": 0.9}), one(metric, {"metric": "roc_auc", "min": 0.99})
    unsure = one(champion, CHAMPION, rivals={"production": Rival(None, reason="x")})

    assert judged(good).verdict == "pass"
    assert judged(good, unsure).verdict == "inconclusive"
    assert judged(unsure, bad, good).verdict == "fail"
    assert judged().verdict == "inconclusive"


def waiver(gate: str, expires: str) -> Waiver:
    return Waiver(gate=gate, reason="Under review with compliance.", owner="@a", expires=expires)


@pytest.mark.parametrize(
    ("gate", "expires", "verdict"),
    [
        ("roc_auc", "2026-11-23", "pass"),
        ("roc_auc", "2027-01-01", "pass"),
        ("roc_auc", "2026-11-22", "fail"),
        ("accuracy", "2027-01-01", "fail"),
    ],
)
def test_a_waiver_holds_until_the_end_of_its_last_day(gate: str, expires: str, verdict: str) -> None:
    bad = one(metric, {"metric": "roc_auc", "min": 0.99})

    results = waived([bad], [waiver(gate, expires)], "2026-11-23")

    assert judged(*results).verdict == verdict
    assert results[0].waived_until == (expires if verdict == "pass" else None)
    assert results[0].verdict == "fail"


def test_a_waiver_of_a_column_is_one_of_its_values_and_the_other_way_not() -> None:
    score = np.where(BAND == "old", 1 - GOOD, GOOD)
    results = list(slices.results(*make(SLICE, answers=Answers(TRUTH, score))))

    assert judged(*waived(results, [waiver("slice/band/roc_auc", "2027-01-01")], "2026-11-23")).verdict == "pass"
    assert judged(*waived(results, [waiver("slice/band/roc_auc/old", "2027-01-01")], "2026-11-23")).verdict == "fail"


def test_the_record_holds_numbers_or_null() -> None:
    unsure = one(metric, {"metric": "roc_auc", "min": 0.5}, answers=Answers(TRUTH, np.full(COUNT, np.nan)))

    record = judged(unsure).record()

    assert record["verdict"] == "inconclusive"
    (gate,) = record["gates"]
    assert gate["value"] is gate["low"] is gate["high"] is None
    assert gate["bound"] == {"op": ">=", "value": 0.5}
    assert "waived_until" not in gate


BAD = {
    "empty": (TRUTH[:0], GOOD[:0]),
    "lengths differ": (TRUTH, GOOD[:-1]),
    "one class": (np.ones(COUNT, dtype=int), GOOD),
    "all NaN": (TRUTH, np.full(COUNT, np.nan)),
    "infinite": (TRUTH, np.full(COUNT, np.inf)),
    "no probabilities": (TRUTH, 3 * GOOD),
    "a class that is none": (TRUTH + 1, GOOD),
}
JUDGING = [
    (metric, {"metric": "roc_auc", "min": 0.0}),
    (metric, {"metric": "expected_calibration_error", "max": 1.0}),
    (metric, {"metric": "accuracy", "min": 0.0}),
    (champion, {**CHAMPION, "margin": 1.0}),
    (slices, {**SLICE, "min": 0.0}),
    (weak_slices, {**WEAK, "weak_slices": ["band"], "min": 0.0}),
    (fairness, {**FAIR, "max": 1.0}),
    (robustness, {**ROBUST, "max_drop": 1.0}),
]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(("module", "gate"), JUDGING)
def test_bad_input_is_inconclusive_however_lenient_the_gate(module: Any, gate: dict[str, Any], bad: str) -> None:
    truth, score = BAD[bad]
    case, declared = make(gate, answers=Answers(truth, score), rivals={"production": Rival(score)})
    case = replace(case, test=case.test.iloc[: len(truth)], perturbed=(Perturbed(declared, score),))

    first = next(module.results(case, declared))

    assert first.verdict == "inconclusive"
    assert first.reason
