"""Every guard that got weaker is named; one that got stricter, or stayed, is not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml

from mlops_spec.plan.guards import weakened
from mlops_spec.spec import Spec
from mlops_spec.spec.weakening import Weakening

TEXT = """
spec: 1
model: credit-default
task: binary-classification
owners: ["@acme/credit", "@acme/ops"]
data:
  path: data/credit_default.csv
  target: default
  id: id
  protected: [sex, age_band]
  derive:
    age_band: {from: age, bins: [0, 25, 40, 120]}
  split: {test: 0.25}
  files: {root: data/scans, column: scan, kinds: [png], max: 1MB}
  contract:
    rows: {min: 20000, max: 90000}
    columns:
      sex: {type: category, values: [female, male]}
      age: {type: integer, min: 18, max: 120, missing: {max: 0.1}}
    unique: [id]
    missing: {max: 0.0}
train:
  run: python -m credit_default.train
  features: {exclude: [id, sex, age, age_band]}
  trusted_types: [a.Tree]
evaluate:
  metrics: [brier_score, {name: cost, run: "costs:cost", direction: lower}]
  slices: [sex, education]
  resamples: 2000
gates:
  - {metric: roc_auc, min: 0.76}
  - {metric: expected_calibration_error, max: 0.03}
  - {champion: production, metric: roc_auc, margin: 0.005}
  - {slice: age_band, metric: roc_auc, min: 0.70, min_rows: 500}
  - {fairness: equalized_odds_difference, by: [sex, age_band], max: 0.1}
  - {robustness: missing, columns: [education, marriage], rate: 0.2, metric: roc_auc, max_drop: 0.03}
  - {latency: {p99: 50ms, batch: 8}}
  - {size: {max: 50MB}}
  - {weak_slices: all, metric: roc_auc, min: 0.65, min_rows: 200, depth: 2}
environments:
  staging: {after: merge}
  production:
    after: staging
    promote: {approvals: 2, approvers: ["@acme/risk", "@acme/legal"], soak: 2h}
    rollout:
      {shadow: 5m, canary: [10, 50], watch: 10m, min_samples: 200, max_error_rate: 0.01, max_p99: 100ms,
       max_score_shift: 0.2, max_disagreement: 0.1}
serve: {contract: reject}
monitor:
  drift: {max: 0.2, share: 0.3, columns: [age, bill_1]}
  performance: {labels: data/labels.csv, metric: roc_auc, min: 0.74}
governance:
  risk: high
  retention: {predictions: 400d}
  provenance: github
  waivers:
    - {gate: size, reason: Being split., owner: "@acme/ops", expires: 2027-01-31}
"""
# Dates are text to the spec's own loader, which reads YAML 1.2.
DATA: dict[str, Any] = yaml.safe_load(TEXT.replace("2027-01-31", '"2027-01-31"'))
OLD = Spec.model_validate(DATA)

Edit = Callable[[dict[str, Any]], object]


def edited(edit: Edit) -> Spec:
    data = deepcopy(DATA)
    edit(data)
    return Spec.model_validate(data)


def setting(path: str, value: object) -> Edit:
    """Sets one key; a number in the path is the place in a list."""
    *parents, last = (int(step) if step.isdigit() else step for step in path.split("."))

    def edit(data: Any) -> None:
        for step in parents:
            data = data[step]
        if value is None:
            del data[last]
        else:
            data[last] = value

    return edit


WAIVER = {"gate": "roc_auc", "reason": "Known.", "owner": "@acme/risk", "expires": "2026-12-31"}
# what is set (None: taken away), where the weakened guard stands, what is said of it
WEAKER = [
    ("owners", ["@acme/credit"], "owners", "lost `@acme/ops`"),
    ("data.protected", ["sex"], "data.protected", "lost `age_band`"),
    ("data.split.test", 0.1, "data.split.test", "0.25 → 0.1"),
    ("data.contract.rows.min", 100, "data.contract.rows.min", "20000 → 100"),
    ("data.contract.rows.min", None, "data.contract.rows.min", "20000 → none"),
    ("data.contract.rows.max", 99000, "data.contract.rows.max", "90000 → 99000"),
    ("data.contract.unique", [], "data.contract.unique", "lost `id`"),
    ("data.files", None, "data.files", "removed"),
    ("data.files.kinds", ["png", "any"], "data.files.kinds", "gained `any`"),
    ("data.files.max", "2MB", "data.files.max", "1MB → 2MB"),
    ("data.contract.missing.max", 0.5, "data.contract.missing.max", "0.0 → 0.5"),
    ("data.contract.missing", None, "data.contract.missing.max", "0.0 → none"),
    ("data.contract.columns.sex", None, "data.contract.columns.sex", "removed"),
    ("data.contract.columns.sex.values", None, "data.contract.columns.sex.values", "removed"),
    ("data.contract.columns.sex.values", ["female", "male", ""], "data.contract.columns.sex.values", "gained ``"),
    ("data.contract.columns.age.type", "number", "data.contract.columns.age.type", "integer → number"),
    ("data.contract.columns.age.min", 0, "data.contract.columns.age.min", "18 → 0"),
    ("data.contract.columns.age.max", 200, "data.contract.columns.age.max", "120 → 200"),
    ("data.contract.columns.age.missing.max", 0.2, "data.contract.columns.age.missing.max", "0.1 → 0.2"),
    ("train.features.exclude", ["id", "age", "age_band"], "train.features", "gained `sex`"),
    ("train.features.exclude", ["id", "sex", "age_band"], "train.features", "gained `age`"),
    ("train.features", {"include": ["sex"]}, "train.features", "gained `sex`"),
    ("train.trusted_types", ["a.Tree", "os.System"], "train.trusted_types", "gained `os.System`"),
    ("train.format", "custom", "train.format", "skops → custom"),
    ("evaluate.slices", ["sex"], "evaluate.slices", "lost `education`"),
    ("evaluate.metrics", ["brier_score"], "evaluate.metrics", "lost `cost`"),
    ("evaluate.confidence", 0.8, "evaluate.confidence", "0.95 → 0.8"),
    ("evaluate.resamples", 100, "evaluate.resamples", "2000 → 100"),
    ("gates.0", None, "gates/roc_auc", "removed"),
    ("gates.0.min", 0.74, "gates/roc_auc min", "0.76 → 0.74"),
    ("gates.0", {"metric": "roc_auc", "max": 0.9}, "gates/roc_auc min", "0.76 → none"),
    ("gates.1.max", 0.05, "gates/expected_calibration_error max", "0.03 → 0.05"),
    ("gates.2.margin", 0.02, "gates/champion/production/roc_auc margin", "0.005 → 0.02"),
    ("gates.2.champion", "staging", "gates/champion/production/roc_auc", "removed"),
    ("gates.3.min", 0.6, "gates/slice/age_band/roc_auc min", "0.7 → 0.6"),
    ("gates.3.min_rows", 10, "gates/slice/age_band/roc_auc min_rows", "500 → 10"),
    ("gates.4.max", 0.3, "gates/fairness/equalized_odds_difference/sex+age_band max", "0.1 → 0.3"),
    ("gates.5.max_drop", 0.1, "gates/robustness/missing/roc_auc max_drop", "0.03 → 0.1"),
    ("gates.5.rate", 0.05, "gates/robustness/missing/roc_auc rate", "0.2 → 0.05"),
    ("gates.5.columns", ["marriage"], "gates/robustness/missing/roc_auc columns", "lost `education`"),
    ("serve.contract", "flag", "serve.contract", "reject → flag"),
    ("serve", None, "serve.contract", "reject → flag"),
    ("serve.contract", "off", "serve.contract", "reject → off"),
    ("gates.6.latency.p99", "2s", "gates/latency/p99", "50ms → 2s"),
    ("gates.6.latency.batch", 1, "gates/latency/p99 batch", "8 → 1"),
    ("gates.7.size.max", "1GB", "gates/size", "50MB → 1GB"),
    ("gates.8.on_inconclusive", "review", "gates/weak_slices/roc_auc on_inconclusive", "block → review"),
    ("gates.8.min", 0.6, "gates/weak_slices/roc_auc min", "0.65 → 0.6"),
    ("gates.8.min_rows", 500, "gates/weak_slices/roc_auc min_rows", "200 → 500"),
    ("gates.8.depth", 1, "gates/weak_slices/roc_auc depth", "2 → 1"),
    ("gates.8.weak_slices", ["education"], "gates/weak_slices/roc_auc columns", "lost `all`"),
    ("environments.production.after", "merge", "environments.production.after", "staging → merge"),
    ("environments.production.promote.approvals", 1, "environments.production.promote.approvals", "2 → 1"),
    (
        "environments.production.promote.approvers",
        ["@acme/risk"],
        "environments.production.promote.approvers",
        "lost `@acme/legal`",
    ),
    (
        "environments.production.promote.approvers",
        ["@acme/risk", "@acme/legal", "@mallory"],
        "environments.production.promote.approvers",
        "gained `@mallory`",
    ),
    ("environments.production.promote.soak", "90m", "environments.production.promote.soak", "2h → 90m"),
    ("environments.production.promote.soak", None, "environments.production.promote.soak", "2h → none"),
    ("environments.production.rollout.canary", [50], "environments.production.rollout.canary", "10 → 50"),
    ("environments.production.rollout.canary", [], "environments.production.rollout.canary", "10 → none"),
    ("environments.production.rollout.watch", "30s", "environments.production.rollout.watch", "10m → 30s"),
    ("environments.production.rollout.min_samples", 5, "environments.production.rollout.min_samples", "200 → 5"),
    (
        "environments.production.rollout.max_error_rate",
        0.5,
        "environments.production.rollout.max_error_rate",
        "0.01 → 0.5",
    ),
    ("environments.production.rollout.shadow", "1m", "environments.production.rollout.shadow", "5m → 1m"),
    ("environments.production.rollout.shadow", None, "environments.production.rollout.shadow", "5m → none"),
    (
        "environments.production.rollout.max_score_shift",
        0.4,
        "environments.production.rollout.max_score_shift",
        "0.2 → 0.4",
    ),
    (
        "environments.production.rollout.max_disagreement",
        None,
        "environments.production.rollout.max_disagreement",
        "0.1 → none",
    ),
    ("environments.production.rollout.max_p99", None, "environments.production.rollout.max_p99", "100ms → none"),
    ("monitor", None, "monitor", "removed"),
    ("monitor.drift.max", 0.4, "monitor.drift.max", "0.2 → 0.4"),
    ("monitor.drift.share", 0.9, "monitor.drift.share", "0.3 → 0.9"),
    ("monitor.drift.columns", ["age"], "monitor.drift.columns", "lost `bill_1`"),
    ("monitor.data", {"contract": False}, "monitor.data.contract", "true → false"),
    ("monitor.performance", None, "monitor.performance roc_auc", "removed"),
    ("monitor.performance.metric", "accuracy", "monitor.performance roc_auc", "removed"),
    ("monitor.performance.min", 0.5, "monitor.performance.min", "0.74 → 0.5"),
    ("governance.risk", "limited", "governance.risk", "high → limited"),
    ("governance.retention.predictions", "30d", "governance.retention.predictions", "400d → 30d"),
    ("governance.separation_of_duties", False, "governance.separation_of_duties", "true → false"),
    ("governance.provenance", "none", "governance.provenance", "github → none"),
    (
        "governance.waivers.0.expires",
        "2028-01-01",
        "governance.waivers size",
        "waived longer: 2027-01-31 → 2028-01-01 by @acme/ops",
    ),
    ("governance.waivers", [WAIVER], "governance.waivers roc_auc", "waived until 2026-12-31 by @acme/risk"),
]
# In both directions somebody may now let through what the others would have stopped.
BOTH_WAYS = ("environments.production.promote.approvers",)


@pytest.mark.parametrize(("path", "value", "where", "what"), WEAKER, ids=[f"{each[0]}={each[1]}" for each in WEAKER])
def test_a_weaker_guard_is_named_and_nothing_else(path: str, value: object, where: str, what: str) -> None:
    assert weakened(OLD, edited(setting(path, value))) == (Weakening(where, what),)


@pytest.mark.parametrize(
    ("path", "value"),
    [each[:2] for each in WEAKER if each[2] not in BOTH_WAYS and each[0] != "governance.waivers"],
    ids=str,
)
def test_the_way_back_is_no_weakening(path: str, value: object) -> None:
    """What replaced a gate or a measure is itself dropped on the way back, so only the guard itself is looked at."""
    new = edited(setting(path, value))
    lost = {each.where for each in weakened(OLD, new)}

    assert not lost & {each.where for each in weakened(new, OLD) if "→" in each.what}


def test_the_same_spec_has_no_weakened_guard() -> None:
    assert weakened(OLD, edited(lambda data: None)) == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("train.compute", {"timeout": "90m"}),
        ("train.params", {"learning_rate": 0.1}),
        ("owners", ["@acme/credit", "@acme/ops", "@acme/new"]),
        ("gates.0.min", 0.8),
        ("gates.5.columns", "all"),
        ("monitor.drift", {"method": "ks", "max": 0.5, "columns": "all", "share": 0.3}),
        ("environments.development", {"after": "merge"}),
        ("governance.waivers", []),
    ],
)
def test_what_guards_as_much_is_not_named(path: str, value: object) -> None:
    assert weakened(OLD, edited(setting(path, value))) == ()


def test_a_second_gate_of_one_metric_keeps_the_first() -> None:
    """A floor and a ceiling may stand in two gates of one id."""

    def split(data: dict[str, Any]) -> None:
        data["gates"] = [{"metric": "roc_auc", "max": 0.99}, *data["gates"]]

    assert weakened(OLD, edited(split)) == ()
    assert weakened(edited(split), OLD) == (Weakening("gates/roc_auc max", "0.99 → none"),)


def test_all_columns_to_some_is_weaker() -> None:
    everything = edited(setting("gates.5.columns", "all"))

    assert weakened(everything, OLD) == (Weakening("gates/robustness/missing/roc_auc columns", "lost `all`"),)


def test_approvers_who_are_named_for_the_first_time_are_a_stricter_choice() -> None:
    anybody = edited(setting("environments.production.promote.approvers", []))

    assert weakened(anybody, OLD) == ()
