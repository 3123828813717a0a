"""Specs of every kind of evidence, small, each with what a forger of it would like to change."""

from __future__ import annotations

_COMMON = """\
spec: 1
model: churn
owners: ["@bob"]
"""
_TRAIN = 'train: {run: python -m churn.train, params: {rate: 0.1}, predictor: "churn.predict:load"}\n'
_ENVIRONMENTS = """\
environments:
  staging: {after: merge}
  production: {after: staging, promote: {approvals: 1, soak: 1h}}
"""
_KINDS = {
    # one gate of each kind, and costs
    "binary": """\
task: binary-classification
data: {path: data/churn.csv, target: left, positive: 1, id: id, protected: [sex]}
evaluate:
  slices: [age]
  threshold: 0.4
  cost: {false_positive: 1, false_negative: 5}
gates:
- {metric: roc_auc, min: 0.7}
- {metric: expected_calibration_error, max: 0.03}
- {slice: age, metric: roc_auc, min: 0.7}
- {weak_slices: all, metric: roc_auc, min: 0.65}
- {fairness: equalized_odds_difference, by: sex, max: 0.1}
- {robustness: missing, metric: roc_auc, max_drop: 0.03}
- {champion: production, metric: roc_auc, margin: 0.01}
- {latency: {p99: 50ms}}
- {size: {max: 5MB}}
""",
    "multiclass": """\
task: multiclass-classification
data: {path: data/churn.csv, target: grade, id: id}
gates: [{metric: accuracy, min: 0.7}]
""",
    "several targets": """\
task: regression
data: {path: data/churn.csv, target: [weight, volume], id: id}
evaluate: {metrics: [r2, mean_absolute_error], slices: [depot]}
gates:
- {metric: r2, min: 0.7}
- {metric: r2_worst, min: 0.6}
- {slice: depot, metric: r2_worst, min: 0.5}
""",
    "quantiles": """\
task: forecasting
data:
  path: data/churn.csv
  target: sales
  time: date
  series: store
  frequency: 1d
  quantiles: [0.1, 0.5, 0.9]
  split: {by: time, horizon: 28d, folds: 3, refit: true}
gates:
- {metric: mean_pinball_loss, max: 3}
- {metric: skill_pinball, min: 0.2}
""",
    "ranking": """\
task: ranking
data: {path: data/churn.csv, target: relevance, id: id, split: {by: group, column: search}}
evaluate: {metrics: [ndcg, ndcg_at_k], k: 10, slices: [device]}
gates:
- {metric: ndcg_at_k, min: 0.7}
- {slice: device, metric: ndcg, min: 0.6}
""",
    "multilabel": """\
task: multilabel-classification
data: {path: data/churn.csv, target: [urgent, billing, complaint], id: id}
evaluate: {threshold: 0.4}
gates:
- {metric: f1_micro, min: 0.7}
- {robustness: missing, metric: f1_macro, max_drop: 0.1}
""",
    "generation": """\
task: generation
data: {path: data/churn.csv, target: title, id: id}
evaluate: {slices: [language]}
gates:
- {metric: chrf, min: 0.35}
- {champion: production, metric: chrf, margin: 0.02}
- {weak_slices: [language], metric: token_f1, min: 0.2}
""",
    "own measures": """\
task: custom
data: {path: data/churn.csv, target: [sender, total], id: id}
evaluate:
  metrics:
  - {name: fields_right, run: "churn.measures:right", direction: higher, per: row}
  - {name: totals_off, run: "churn.measures:off", direction: lower}
gates:
- {metric: fields_right, min: 0.7}
- {metric: totals_off, max: 0.9}
""",
    "anchors": """\
task: binary-classification
data: {path: data/churn.csv, target: left, positive: 1, id: id}
gates: [{metric: roc_auc, min: 0.79, margin: 0.01}]
""",
    "files and seeds": """\
task: binary-classification
data:
  path: data/churn.csv
  target: left
  positive: 1
  id: id
  files: {root: data/pictures, column: picture, kinds: [png]}
gates:
- {metric: roc_auc, min: 0.7}
- {champion: production, metric: roc_auc, margin: 0.01}
""",
}


def spec_of(kind: str) -> str:
    """The spec's text."""
    train = _TRAIN.replace("params:", "seeds: 3, params:") if "seeds" in kind else _TRAIN
    return _COMMON + _KINDS[kind] + train + _ENVIRONMENTS


KINDS = tuple(_KINDS)
