"""A measure is better the way that its name says.

More cost, loss or error is worse, more profit or accuracy is better. With the wrong direction the gate keeps the worse
of two models, and the champion is beaten by losing.

Bad:

    evaluate:
      metrics:
        - {name: expected_cost, run: "example.cost:expected", direction: higher}

Good:

    evaluate:
      metrics:
        - {name: expected_cost, run: "example.cost:expected", direction: lower}

Fix: write the other direction, or a name that says what is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.evaluate import CustomMetric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS221"
NAME = "contrary-direction"
SEVERITY: Severity = "warning"


_LESS = regex(
    r"(^|_)(costs?|loss|logloss|losses|errors?|mae|mse|rmse|rmsle|w?s?mape|pinball|hinge|crps|nll|perplexity|deviance"
    r"|regret|brier|distance|misses|missed|missing|penalty|fpr|fnr|wer|cer|unsupported|unfaithful\w*|ungrounded"
    r"|hallucinat\w*|fabricat\w*|invented|contradict\w*|toxic\w*|profan\w*|refusals?|violations?|mistakes?|wrong|incorrect"
    r"|failures?|failed|complaints?|late|delays?|overdue|waste\w*|stockouts?|out_of_stock|false_(positives?|negatives?|alarms?)"
    r"|leaks?|leakage|bias|disparity|overspend|crash(es|ed)?)(_|$)"
)
_MORE = regex(
    r"(^|_)(accuracy|auc|auroc|auprc|score|correlation|specificity|sensitivity|precision|recall|f1|profits?|revenue|gain|savings?|r2|lift|ndcg|uplift|saved|avoided|prevented|found|caught|reduction"
    r"|corrected|detected|free|without|supported|faithful\w*|grounded\w*|helpful\w*|coverage|satisfaction)(_|$)"
)


def check(spec: Spec) -> Iterator[Finding]:
    for index, metric in enumerate(spec.evaluate.metrics):
        if not isinstance(metric, CustomMetric):
            continue
        less, more = _LESS.search(metric.name), _MORE.search(metric.name)
        right = "lower" if less and not more else "higher" if more and not less else metric.direction
        if metric.direction != right:
            message = f"by its name, {right} is better of `{metric.name}`"
            yield Finding(("evaluate", "metrics", index, "direction"), message, f"write `{right}`")
