"""Bounds that a script demands of metrics, and which direction is better for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HIGHER = regex(
    r"roc_?auc|auc|auroc|accuracy|acc|f1|f1_macro|f1_score|precision|recall|r2|average_precision|ap|map|mcc"
    r"|dice|iou|miou|bleu|rouge|ndcg|mrr|sensitivity|specificity|kappa"
)
LOWER = regex(
    r"rmse|mae|mse|mape|loss|log_?loss|brier|brier_score|ece|psi|error|error_rate|drift|cost|kl|wer"
    r"|wape|smape|mdape|mase|rmsle|nrmse|perplexity|cer|pinball|crps|deviance|mean_squared_error|mean_absolute_error"
)
_METRIC = r"(?P<metric>[A-Za-z_]\w*)"
_COMPARED = regex(
    rf"(?:[.$\"'{{\[(]|\b){_METRIC}[\"'\]}})]*\s*(?P<sign>>=|<=|>|<|-ge|-le|-gt|-lt)\s*[\"']?(?P<bound>-?\d+(?:\.\d+)?)\b"
)
#: The least that is more than a coin's, by what a metric is called; and the most that still says something.
#: The area under precision and recall is as large as the positives are many, so a small bound may be a good one.
_COIN = (
    (regex(r"(pr|precision_recall|prc)_?auc|au_?pr|auc_?pr"), 0),
    (regex(r"auc|auroc|accuracy|acc"), 0.5),
)
_NOTHING = (
    (regex(r"ece|calibration"), 0.5),
    (regex(r"brier"), 0.25),
    (regex(r"psi|drift|shift|error_rate|disparity|gap|difference|mape|null|missing"), 1.0),
)
_GIVEN_AWAY = 0.2  # of a metric, by a margin


#: What a command is told to demand of a model, `--min-auc 0.8`; what a service does, as errors and cost, is no such.
_DEMANDED = regex(r"(min|max|least|most)-(?P<behind>[\w-]+)|(?P<before>[\w-]+)-(min|max|threshold|floor|ceiling|bound)")
_OF_QUALITY = regex(
    rf"{HIGHER.pattern}|rmse|mae|mse|mape|log_?loss|brier|brier_score|ece|wer|cer|wape|smape|mdape|mase|rmsle|nrmse"
    r"|perplexity|pinball|crps|mean_squared_error|mean_absolute_error"
)


class Bound(NamedTuple):
    """A comparison of a metric with a number, as it is written."""

    metric: str
    sign: str
    value: float
    piece: str
    start: int

    @property
    def wants_more(self) -> bool:
        """Whether it holds for large values."""
        return self.sign in (">", ">=", "-gt", "-ge")

    @property
    def holds_for_worse(self) -> bool:
        """Whether it holds for bad values of its metric."""
        return bool(is_lower(self.metric) if self.wants_more else is_higher(self.metric))


def bounds(script: str) -> Iterator[Bound]:
    """The comparisons of metrics that are known by their names."""
    for found in _COMPARED.finditer(script):
        metric = found["metric"].lower()
        if is_higher(metric) or is_lower(metric):
            yield Bound(metric, found["sign"], float(found["bound"]), found[0], found.start())


def demands_quality(given: Iterable[tuple[str, str]]) -> bool:
    """Whether one of these options, each with its value, is a bound of a measure of models: `max-mae` with `4.2`."""
    for name, value in given:
        found = _DEMANDED.fullmatch(name)
        metric = (found["behind"] or found["before"] or "") if found else ""
        if value and metric and _part(_OF_QUALITY, metric):
            return True
    return False


def is_higher(metric: str) -> bool:
    """Whether more of a metric is better, by a part of its name."""
    return bool(_part(HIGHER, metric)) and not _part(LOWER, metric)


def is_lower(metric: str) -> bool:
    return bool(_part(LOWER, metric))


def lets_all_pass(metric: str, value: float, *, least: bool) -> bool:
    """Whether a bound of a metric, the least or the most that is allowed, is one that any model keeps."""
    name = metric.lower().replace("-", "_")
    if re.search(r"margin|tolerance|max_drop|max_loss_of|allowed_drop|slack", name):
        return abs(value) >= _GIVEN_AWAY or (value < 0 and least)
    if least:
        return value <= next((coin for pattern, coin in _COIN if pattern.search(name)), 0) and not is_lower(name)
    return any(pattern.search(name) and value >= most for pattern, most in _NOTHING)


def _part(known: re.Pattern[str], metric: str) -> bool:
    name = metric.lower().replace("-", "_")
    parts = name.split("_")
    pairs = ["_".join(parts[place : place + 2]) for place in range(len(parts) - 1)]
    return any(known.fullmatch(each) for each in (name, *parts, *pairs))
