"""A sound gate stops every attack, and each planted one is found, by gate and by attack."""

from __future__ import annotations

import json
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
import pytest

from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.case import result
from mlops_spec.gates.drill.drill import Drilled, attacked
from mlops_spec.gates.drill.table import lines
from mlops_spec.gates.drill.target import ask, targets
from mlops_spec.gates.kinds import always, declared
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.table import Table, whole
from mlops_spec.spec.gates import ALWAYS, DECLARED
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_validators import Verdict

from .conftest import COUNT, GATES, rows, write_reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.drill.drill import Outcome

    from .conftest import Make


def survivors(case: Case) -> set[tuple[str, str]]:
    """Gates and the attacks that they let pass."""
    return {(outcome.gate, outcome.attack) for outcome in attacked(case) if not outcome.stopped}


def test_sound_gates_stop_every_attack(make: Make) -> None:
    outcomes = list(attacked(make()))

    assert [outcome for outcome in outcomes if not outcome.stopped] == []
    found: dict[str, list[str]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.gate, []).append(outcome.attack)
    answers = ["shuffled labels", "constant scores", "inverted scores"]
    common = ["NaN and infinity", "too few rows", "metric missing"]
    assert found == {
        "contract": ["contract violated", "another data file"],
        "leak": ["test rows in train", "judged on the training split", "too few rows"],
        "leak/near": ["near copies of test rows in train", "too few rows"],
        "leak/target": ["a feature gives the target away", "too few rows"],
        "roc_auc": [*answers, *common],
        "expected_calibration_error": ["constant scores", "inverted scores", "miscalibrated scores", *common],
        "champion/production/roc_auc": [*answers, "champion is the candidate", "champion is silent", *common],
        "slice/band/roc_auc": ["one slice damaged", *common],
        "weak_slices/roc_auc": ["an unnamed slice damaged", *common],
        "fairness/equalized_odds_difference/band": [
            "one group's threshold shifted",
            "NaN and infinity",
            "too few rows",
        ],
        "robustness/missing/roc_auc": [*answers, "nothing perturbed", *common],
        "latency/p99": ["calls too slow", "calls not measured"],
        "size": ["package too large"],
        "drift/psi": ["drifted columns"],
    }


def test_every_kind_of_gate_is_attacked() -> None:
    assert [*declared.KINDS] == [kind.kind for kind in DECLARED]
    assert [*always.KINDS] == [*ALWAYS]
    assert [name for name, kind in {**declared.KINDS, **always.KINDS}.items() if not kind.attacks] == []


OF_TEXTS = {"empty texts", "texts cut off", "input copied"}
QUALITY = {"shuffled labels", "constant scores", "inverted scores"}


@pytest.mark.parametrize(
    ("gate", "attacks"),
    [
        ({"metric": "roc_auc", "min": 0.0}, QUALITY),
        ({"metric": "brier_score", "max": 0.3}, {"constant scores"}),
        (
            {"metric": "expected_calibration_error", "max": 0.9},
            {"constant scores", "inverted scores", "miscalibrated scores"},
        ),
        ({"metric": "expected_calibration_error", "max": 0.45}, {"miscalibrated scores"}),
        ({"metric": "accuracy", "min": 0.3}, {"shuffled labels", "constant scores"}),
        ({"champion": "production", "metric": "roc_auc", "margin": 1.0}, QUALITY),
        ({"slice": "band", "metric": "roc_auc", "min": 0.0}, {"one slice damaged"}),
        ({"weak_slices": ["band"], "metric": "roc_auc", "min": 0.0}, {"an unnamed slice damaged"}),
        ({"fairness": "equalized_odds_difference", "by": "band", "max": 1.0}, {"one group's threshold shifted"}),
        ({"robustness": "missing", "metric": "roc_auc", "max_drop": 1.0}, QUALITY),
    ],
)
def test_a_bound_that_nothing_breaks_is_found(make: Make, gate: dict[str, Any], attacks: set[str]) -> None:
    assert {attack for _, attack in survivors(make([gate]))} == attacks


@pytest.mark.parametrize("kind", get_args(RobustnessGate.model_fields["robustness"].annotation))
def test_robustness_of_every_kind_is_drilled(make: Make, kind: str) -> None:
    gate = {"robustness": kind, "metric": "roc_auc", "max_drop": 0.05}

    assert survivors(make([gate])) == set()
    assert survivors(make([gate | {"max_drop": 1.0}])) == {(f"robustness/{kind}/roc_auc", name) for name in QUALITY}


def test_gates_on_the_training_split_are_found(make: Make) -> None:
    train = rows(1)
    truth = train["target"].to_numpy()
    case = make(changed={"test": train, "answers": Answers(truth, np.where(truth == 1, 0.9, 0.1))})

    found = survivors(case)

    attack = "judged on the training split"
    assert {gate for gate, found_by in found if found_by == attack} == {
        "roc_auc",
        "expected_calibration_error",
        "champion/production/roc_auc",
        "slice/band/roc_auc",
        "weak_slices/roc_auc",
        "fairness/equalized_odds_difference/band",
        "robustness/missing/roc_auc",
    }


def test_a_slice_gate_on_a_slice_without_rows_is_found(make: Make) -> None:
    columns = {"band": {"type": "category", "values": ["old", "young", "ancient"]}}
    data = {"path": "d.csv", "target": "target", "contract": {"columns": columns}}

    assert survivors(make([GATES[3]], data=data)) == {("slice/band/roc_auc", "slice without rows")}


def test_a_bin_without_rows_is_a_slice_without_rows(make: Make) -> None:
    data = {"path": "d.csv", "target": "target", "derive": {"pace": {"from": "steps", "bins": [0, 25, 50, 90]}}}
    test = rows(2)
    test["pace"] = np.where(test["steps"] < 25, "[0,25)", "[25,50)")
    train = rows(1).assign(pace="[0,25)")
    gate = {"slice": "pace", "metric": "roc_auc", "min": 0.8}

    (outcome,) = (
        each for each in attacked(make([gate], {"test": test, "train": train}, data=data)) if not each.stopped
    )

    assert (outcome.gate, outcome.attack) == ("slice/pace/roc_auc", "slice without rows")
    assert outcome.reason == "no test row has pace=[50,90): whatever happens there, it passes"


def test_a_fairness_gate_on_a_constant_attribute_is_found(make: Make) -> None:
    test = rows(2).assign(band="old")

    found = [each for each in attacked(make([GATES[5]], {"test": test})) if not each.stopped]

    assert [(each.gate, each.attack) for each in found] == [
        ("fairness/equalized_odds_difference/band", "constant attribute")
    ]
    assert found[0].reason == "all test rows have band=old: there is nobody to compare"


def test_a_drift_gate_whose_reference_is_the_current_data_is_found(make: Make, tmp_path: Path) -> None:
    case = make([])
    write_reference(tmp_path, case.test)

    assert survivors(case) == {("drift/psi", "reference is the current data")}


@pytest.mark.parametrize(
    ("method", "sound", "dull"),
    [
        ("psi", 0.2, 1e3),
        ("jensen_shannon", 0.2, 10.0),
        ("chi2", 0.2, 1e3),
        ("ks", 0.2, 10.0),
        ("wasserstein", 0.5, 1e3),
    ],
)
def test_a_drift_alarm_rings_or_is_found(make: Make, method: str, sound: float, dull: float) -> None:
    assert survivors(make([], monitor={"drift": {"method": method, "max": sound}})) == set()
    assert survivors(make([], monitor={"drift": {"method": method, "max": dull}})) == {
        (f"drift/{method}", "drifted columns")
    }


def test_a_package_without_a_reference_can_raise_no_alarm(make: Make, tmp_path: Path) -> None:
    case = make([])
    (tmp_path / "build/package/reference.json").unlink()

    assert survivors(case) == {("drift/psi", "drifted columns")}


BLIND = Verdict("pass", "whatever")


def named(kind: str) -> set[str]:
    """The attacks on a kind."""
    return {attack.name for attack in declared.KINDS[kind].attacks}


@pytest.mark.parametrize(
    ("kind", "gate", "attacks"),
    [
        ("fairness", GATES[5], {"one group's threshold shifted", "NaN and infinity", "too few rows"}),
        (
            "robustness",
            GATES[6],
            {attack.name for attack in declared.KINDS["robustness"].attacks} - {"miscalibrated scores", *OF_TEXTS},
        ),
        ("weak_slices", GATES[4], {attack.name for attack in declared.KINDS["weak_slices"].attacks}),
    ],
)
def test_a_gate_that_always_passes_lets_all_attacks_pass(
    make: Make, monkeypatch: pytest.MonkeyPatch, kind: str, gate: dict[str, Any], attacks: set[str]
) -> None:
    blind = replace(declared.KINDS[kind], results=lambda *_: iter([result("x", "x", BLIND)]))
    monkeypatch.setitem(declared.KINDS, kind, blind)

    assert {attack for _, attack in survivors(make([gate]))} == attacks


def test_forms_of_an_attack_are_made_one_at_a_time(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may hold all rows: a thousand promises are not a thousand copies of the data at once."""
    alive: list[weakref.ref[Table]] = []

    def blows(case: Case, gate: None) -> Iterator[Blow[None]]:
        for _ in range(20):
            data = replace(case.data)
            alive.append(weakref.ref(data))
            assert sum(each() is not None for each in alive) == 1
            yield Blow(replace(case, data=data, data_changed=True), gate)

    many = replace(always.KINDS["contract"], attacks=(Attack("many forms", blows),))
    monkeypatch.setitem(always.KINDS, "contract", many)

    assert [each.stopped for each in attacked(make([])) if each.attack == "many forms"] == [True]
    assert len(alive) == 20


def test_a_champion_that_is_not_noticed_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_spec.gates.kinds.champion._of_itself", lambda _, verdict, __: verdict)

    assert survivors(make([GATES[2]])) == {("champion/production/roc_auc", "champion is the candidate")}


def many_columns(seed: int) -> pd.DataFrame:
    """Rows of which no two are alike by chance, not even nearly."""
    draw = np.random.default_rng(100 + seed)
    return rows(seed).assign(**{f"x{number}": draw.normal(size=COUNT) for number in range(5)})


def test_near_copies_are_noticed_where_rows_differ(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    case = make([], {"train": many_columns(1), "test": many_columns(2)})
    alike = make([], {side: rows(seed).assign(amount=1.0) for side, seed in (("train", 1), ("test", 2))})

    assert "near copies of test rows in train" not in {each.attack for each in attacked(alike)}
    found = {(outcome.gate, outcome.attack): outcome.stopped for outcome in attacked(case)}
    monkeypatch.setattr("mlops_spec.gates.kinds.leak.judge_twins", lambda *_, **__: BLIND)

    assert found["leak/near", "near copies of test rows in train"]
    assert survivors(case) == {("leak/near", "near copies of test rows in train")}


def test_a_leak_check_that_looks_at_no_feature_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_spec.gates.kinds.leak.revealing_features", lambda *_: [])

    assert survivors(make([])) == {
        ("leak/target", "a feature gives the target away"),
        ("leak/target", "too few rows"),
    }


def test_a_promise_that_nothing_checks_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_spec.pipeline.contract._gaps", lambda *_: iter(()))

    found = [each for each in attacked(make([])) if not each.stopped]

    assert [(each.gate, each.attack) for each in found] == [("contract", "contract violated")]
    assert found[0].reason.startswith("amount missing too often: ")


def test_a_metric_of_the_users_own_is_drilled_like_any_other(make: Make, tmp_path: Path) -> None:
    source = tmp_path / "src/drilled_by_tests"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text(
        "import numpy as np\n\n\ndef misses(y_true, y_score):\n"
        "    return float(np.mean((y_score >= 0.5) != (y_true == 1)))\n"
    )
    own = {"name": "misses", "run": "drilled_by_tests:misses", "direction": "lower"}
    evaluate = {"resamples": 100, "metrics": [own]}

    assert survivors(make([{"metric": "misses", "max": 0.2}], evaluate=evaluate)) == set()
    found = survivors(make([{"metric": "misses", "max": 0.6}], evaluate=evaluate))
    assert found == {("misses", "shuffled labels"), ("misses", "constant scores")}


def regression(case: Case) -> Case:
    draw = np.random.default_rng(4)
    truth = draw.normal(50, 10, len(case.test))
    spec = case.spec.model_copy(update={"task": "regression"})
    return replace(case, spec=spec, answers=Answers(truth, truth + draw.normal(0, 3, len(truth))))


@pytest.mark.parametrize(("least", "attacks"), [(0.8, set()), (-50.0, {"shuffled labels", "inverted scores"})])
def test_a_regression_is_drilled(make: Make, least: float, attacks: set[str]) -> None:
    case = regression(make([{"metric": "r2", "min": least}]))
    data = case.spec.data.model_copy(update={"target": "amount"})

    found = {attack for _, attack in survivors(replace(case, spec=case.spec.model_copy(update={"data": data})))}

    assert found == attacks


def forecast(case: Case) -> Case:
    """Errors of 2.4, where the last known value is off by 6 and the season before by 12, of moves of 10 in training."""
    draw = np.random.default_rng(4)
    truth, count = draw.normal(50, 10, len(case.test)), len(case.test)
    known = [np.full(count, 10.0), np.full(count, 160.0), np.zeros(count)]
    simple = [truth + draw.normal(0, 1.25 * off, count) for off in (6, 12)]  # 0.8 of a deviation is a mean error
    answers = Answers(np.column_stack([truth, *known, *simple]), truth + draw.normal(0, 3, count))
    return replace(case, spec=case.spec.model_copy(update={"task": "forecasting"}), answers=answers)


@pytest.mark.parametrize(
    ("gate", "passes"),
    [
        ({"metric": "skill_naive", "min": 0.2}, set()),
        ({"metric": "skill_naive", "min": -0.5}, {"the last known value"}),
        ({"metric": "skill_seasonal_naive", "min": 0.2}, set()),
        ({"metric": "skill_seasonal_naive", "min": -0.1}, {"the season before"}),
        ({"metric": "mase", "max": 0.5}, set()),
        ({"metric": "mase", "max": 0.9}, {"the last known value"}),
        ({"metric": "mase", "max": 1.5}, {"the last known value", "the season before"}),
        ({"metric": "rmsse", "max": 0.4}, set()),
        ({"metric": "rmsse", "max": 0.9}, {"the last known value"}),
        ({"metric": "mean_absolute_error", "max": 15}, set()),  # claims to beat nothing
    ],
)
def test_a_forecast_without_a_model_must_not_pass(make: Make, gate: dict[str, Any], passes: set[str]) -> None:
    """Of a season of calm days the last known value may well be below 1 in terms of what training moved by."""
    case = forecast(make([gate]))
    (target,) = (each for each in targets(case.spec) if each.kind == "metric")
    (attack,) = (each for each in target.how.attacks if each.name == "a forecast without a model")
    passed = {blow.name for blow in attack.blows(case, target.gate) if attack.noticed(ask(target, blow)) is False}

    assert ask(target, Blow(case, target.gate)).verdict == "pass"
    assert passed == passes


def by_quantiles(case: Case) -> Case:
    """The same errors, and quantiles that are right; the season before has those of its own."""
    known, levels = forecast(case), (0.1, 0.5, 0.9)
    z = np.array([-1.2816, 0, 1.2816])
    told = known.answers.score[:, None] + 3 * z
    simple = [known.answers.truth[:, [place]] + 1.25 * off * z for place, off in ((4, 6), (5, 12))]
    data = known.spec.data.model_copy(update={"quantiles": [*levels]})
    answers = Answers(np.column_stack([known.answers.truth, *simple]), told, levels=levels)
    return replace(known, spec=known.spec.model_copy(update={"data": data}), answers=answers)


OF_QUANTILES = {"quantiles at the forecast", "quantiles far too wide", "quantiles moved"}


@pytest.mark.parametrize(
    ("gate", "passes"),
    [
        ({"metric": "coverage_error", "max": 0.08}, set()),
        ({"metric": "coverage_error", "max": 0.25}, {"quantiles far too wide"}),
        ({"metric": "coverage", "min": 0.7, "max": 0.9}, set()),
        ({"metric": "coverage", "min": 0.7}, set()),  # lint says that it has one side
        ({"metric": "mean_interval_score", "max": 13}, set()),
        ({"metric": "skill_pinball", "min": 0.7}, set()),
        ({"metric": "skill_pinball", "min": 0.1}, {"quantiles at the forecast", "quantiles moved"}),
        ({"metric": "mean_pinball_loss", "max": 1}, set()),
        ({"metric": "mean_interval_width", "max": 9}, set()),
        ({"metric": "mase", "max": 0.5}, set()),
    ],
)
def test_quantiles_that_tell_nothing_must_not_pass(make: Make, gate: dict[str, Any], passes: set[str]) -> None:
    case = by_quantiles(make([gate]))
    (target,) = (each for each in targets(case.spec) if each.kind == "metric")

    asked = [(attack, blow) for attack in target.how.attacks for blow in attack.blows(case, target.gate)]
    passed = {attack.name for attack, blow in asked if attack.noticed(ask(target, blow)) is False}

    assert passed & OF_QUANTILES == passes
    assert "NaN and infinity" not in passed
    assert {blow.name for attack, blow in asked if attack.name == "NaN and infinity"} >= {"NaN", "crossed quantiles"}
    mine = {attack.name for attack, _ in asked} & OF_QUANTILES
    assert mine == {"mase": set(), "mean_interval_width": {"quantiles far too wide"}}.get(
        gate["metric"],
        OF_QUANTILES if "max" in gate or gate["metric"] != "coverage" else OF_QUANTILES - {"quantiles far too wide"},
    )


def test_quantiles_are_noticed_by_a_gate_over_their_interval(make: Make) -> None:
    """Then one over a loss of all of them need not: it would have to be as tight as the forecast is good."""
    case = by_quantiles(make([{"metric": "skill_pinball", "min": 0.1}, {"metric": "coverage_error", "max": 0.08}]))

    attacks = {
        each.gate.metric: {attack.name for attack in each.how.attacks if list(attack.blows(case, each.gate))}
        for each in targets(case.spec)
        if each.kind == "metric"
    }

    assert attacks["skill_pinball"] & OF_QUANTILES == set()
    assert attacks["coverage_error"] >= OF_QUANTILES


def test_several_classes_are_drilled(make: Make) -> None:
    case = make(
        [
            {"metric": "accuracy", "min": 0.8},
            {"metric": "log_loss", "max": 0.5},
            {"metric": "expected_calibration_error", "max": 0.2},
        ]
    )
    draw = np.random.default_rng(4)
    truth = draw.integers(0, 3, len(case.test))
    noted = np.where(draw.random(len(truth)) < 0.95, truth, (truth + 1) % 3)
    score = np.eye(3)[noted] * 0.8 + draw.dirichlet([1, 1, 1], len(truth)) * 0.2
    spec = case.spec.model_copy(update={"task": "multiclass-classification"})

    assert survivors(replace(case, spec=spec, answers=Answers(truth, score))) == set()


def test_a_drill_is_the_same_each_time(make: Make) -> None:
    case = make([{"metric": "roc_auc", "min": 0.0}])

    assert list(attacked(case)) == list(attacked(case))


def of_table(table: Table) -> pd.DataFrame:
    return pd.DataFrame({name: whole(table, name).copy() for name in table.names})


def test_nothing_of_the_case_is_changed(make: Make) -> None:
    case = make()
    before = (case.train.copy(), case.test.copy(), of_table(case.data), case.answers.score.copy())

    list(attacked(case))

    pd.testing.assert_frame_equal(case.train, before[0])
    pd.testing.assert_frame_equal(case.test, before[1])
    pd.testing.assert_frame_equal(of_table(case.data), before[2])
    np.testing.assert_array_equal(case.answers.score, before[3])


def drilled(case: Case) -> Drilled:
    return Drilled("m", "0" * 40, tuple(attacked(case)))


def test_the_table_names_gate_and_attack(make: Make) -> None:
    text = [line.plain for line in lines(drilled(make([{"metric": "roc_auc", "min": 0.0}, {"size": {"max": "3MB"}}])))]

    assert text[0] == "m · 7 gates · 17 attacks · 3 PASSED"
    assert "  ✗ roc_auc      stops 3 of 6" in text
    assert any(line.startswith("      lets pass: shuffled labels · 0.4") for line in text)
    assert "  ✓ size         stops 1 of 1" in text


def test_the_record_is_json(make: Make) -> None:
    record = drilled(make([{"metric": "roc_auc", "min": 0.0}])).record()

    assert json.loads(json.dumps(record)) == record
    assert record["ok"] is False
    (first, *_) = [each for each in record["attacks"] if not each["stopped"]]
    assert {key: first[key] for key in ("gate", "kind", "attack")} == {
        "gate": "roc_auc",
        "kind": "metric",
        "attack": "shuffled labels",
    }
    assert drilled(make([])).record()["ok"] is True


def test_outcomes_are_in_the_order_of_the_spec(make: Make) -> None:
    outcomes: list[Outcome] = list(attacked(make()))

    assert list(dict.fromkeys(outcome.kind for outcome in outcomes)) == [
        "contract",
        "leak",
        "leak/near",
        "leak/target",
        "metric",
        "champion",
        "slice",
        "weak_slices",
        "fairness",
        "robustness",
        "latency",
        "size",
        "drift",
    ]
