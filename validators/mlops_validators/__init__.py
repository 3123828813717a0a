"""Evidence: arrays in, measures, intervals and verdicts out.

>>> from mlops_validators import interval, judge
>>> found = interval("accuracy", [0, 1] * 50, [0.2, 0.9] * 49 + [0.8, 0.9])
>>> judge(found, minimum=0.9, rows=100).verdict
'pass'
"""

from __future__ import annotations

from mlops_validators.decisions import Costs, expected_cost, precision_at
from mlops_validators.interval import Interval
from mlops_validators.intervals import estimate, interval, intervals, paired_difference
from mlops_validators.measures import MEASURES, Measure, custom_measure
from mlops_validators.per_row import row_measure
from mlops_validators.quantiles import quantile_measure
from mlops_validators.ranking import ranking_measure
from mlops_validators.verdict import Verdict, judge, judge_non_inferior, undecided

__all__ = [
    "MEASURES",
    "Costs",
    "Interval",
    "Measure",
    "Verdict",
    "custom_measure",
    "estimate",
    "expected_cost",
    "interval",
    "intervals",
    "judge",
    "judge_non_inferior",
    "paired_difference",
    "precision_at",
    "quantile_measure",
    "ranking_measure",
    "row_measure",
    "undecided",
]
