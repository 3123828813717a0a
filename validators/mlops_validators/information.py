"""What informs a measure, and how much of it there is: ten positives say as little among a million rows as among fifty.

`Interval.informing` is held against a gate's `min_rows`. Of rows in groups it counts the groups that have such rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.answers import Answers, decide
from mlops_validators.arrays import BINARY, RANKING
from mlops_validators.blocks import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_validators.arrays import Booleans, Floats, Integers
    from mlops_validators.bootstrap import Design
    from mlops_validators.interval import Interval
    from mlops_validators.measures import Measure

_BOTH_CLASSES = frozenset({"roc_auc", "expected_calibration_error", "balanced_accuracy", "matthews_corrcoef"})
_POSITIVES = frozenset({"recall", "average_precision", "f1"})


def informed(found: Interval, measure: Measure, given: Sequence[Answers], threshold: float, design: Design) -> Interval:
    """The interval of one model, or two on the same rows, with the scarcest of what informs it; few are inconclusive.

    Args:
        found: the interval.
        measure: of which it is.
        given: the answers of the models, (n,) or (n, k) each.
        threshold: from which the answer of a binary task is 1.
        design: how the rows were drawn.

    Raises:
        ValueError: the threshold is not between 0 and 1.

    Source: by definition, see the module.

    >>> from mlops_validators.answers import answers
    >>> from mlops_validators.bootstrap import single
    >>> from mlops_validators.interval import Interval
    >>> from mlops_validators.measures import MEASURES
    >>> recall, rows = MEASURES["recall"], answers([0, 1, 0], [0.1, 0.9, 0.3], ("binary-classification",), "recall")
    >>> found = informed(Interval(1.0, 0.2, 1.0, "wilson"), recall, [rows], 0.5, single(3))
    >>> found.informing, found.of
    (1, 'positives')
    """
    counted = {of: _number(rows, design) for of, rows in _among(measure, given, threshold).items()}
    if design.cluster is not None:
        counted = {f"groups with {of}": number for of, number in counted.items()} or {"groups": design.clusters}
    if not counted:
        return found
    of = min(counted, key=counted.__getitem__)
    return replace(found, informing=counted[of], of=of)


def _number(rows: Booleans, design: Design) -> int:
    if design.cluster is None:
        return int(np.count_nonzero(rows))
    there = np.zeros(design.clusters, dtype=bool)
    for block in blocks(len(rows)):
        there[design.cluster[block][rows[block]]] = True
    return int(np.count_nonzero(there))


def _among(measure: Measure, given: Sequence[Answers], threshold: float) -> dict[str, Booleans]:
    if given[0].task == RANKING and given[0].group is not None:
        return {"rows of differing relevance": _in_differing(given[0].truth, given[0].group)}
    if given[0].task != BINARY:
        return {}
    positive = given[0].truth == 1
    if measure.name in _POSITIVES:
        return {"positives": positive}
    if measure.name in _BOTH_CLASSES:
        return {"positives": positive, "negatives": ~positive}
    if measure.name == "precision":
        return {"rows told positive": np.minimum.reduce([decide(each, threshold) for each in given]) == 1}
    return {}


def _in_differing(truth: Floats, group: Integers) -> Booleans:
    """Rows of groups of which not all rows have one truth: only their order can be right or wrong."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(group[order]) != 0]))
    sorted_truth = truth[order]
    differing = np.maximum.reduceat(sorted_truth, starts) > np.minimum.reduceat(sorted_truth, starts)
    found = np.empty(len(truth), dtype=bool)
    found[order] = np.repeat(differing, np.diff([*starts, len(truth)]))
    return found
