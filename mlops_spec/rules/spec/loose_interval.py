"""An interval says something.

A gate compares the bound with the interval, not with the number. An interval of less than 90 % confidence, or from less
than 200 resamples, passes models by luck. And the ends of one of 99.99 % are the few most extreme resamples: of 200
there are none that far out, so the least and the greatest stand for it.

Bad:

    evaluate:
      confidence: 0.6

Good:

    evaluate:
      confidence: 0.95

Fix: leave both at their defaults, 0.95 and 1,000.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS212"
NAME = "loose-interval"
SEVERITY: Severity = "warning"

_LEAST_BEYOND = 4.5


def check(spec: Spec) -> Iterator[Finding]:
    if spec.evaluate.confidence < 0.9:
        message = f"an interval of {spec.evaluate.confidence:.0%} misses the truth too often"
        yield Finding(("evaluate", "confidence"), message, "take 0.9 or more")
    if spec.evaluate.resamples < 200:
        message = f"{spec.evaluate.resamples} resamples leave the ends of the interval to chance"
        yield Finding(("evaluate", "resamples"), message, "take 200 or more")
    elif (beyond := spec.evaluate.resamples * (1 - spec.evaluate.confidence) / 2) < _LEAST_BEYOND:
        needed = ceil(2 * _LEAST_BEYOND / (1 - spec.evaluate.confidence) - 0.5)
        message = f"of {spec.evaluate.resamples:,} resamples {beyond:.1g} lie beyond each end of {_share(spec)}"
        key = "confidence" if "confidence" in spec.evaluate.model_fields_set else "resamples"
        yield Finding(("evaluate", key), message, f"take 0.95, or {needed:,} resamples")


def _share(spec: Spec) -> str:
    return f"{100 * spec.evaluate.confidence:.6g} %"
