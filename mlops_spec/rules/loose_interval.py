"""An interval says something.

A gate compares the bound with the interval, not with the number. An interval of less than 90 % confidence, or from less
than 200 resamples, passes models by luck.

Bad:

    evaluate:
      confidence: 0.6

Good:

    evaluate:
      confidence: 0.95

Fix: leave both at their defaults, 0.95 and 1,000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS212"
NAME = "loose-interval"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.evaluate.confidence < 0.9:
        message = f"an interval of {spec.evaluate.confidence:.0%} misses the truth too often"
        yield Finding(("evaluate", "confidence"), message, "take 0.9 or more")
    if spec.evaluate.resamples < 200:
        message = f"{spec.evaluate.resamples} resamples leave the ends of the interval to chance"
        yield Finding(("evaluate", "resamples"), message, "take 200 or more")
