"""A verdict rests on what informs the measure, such as positives, not on rows."""

import numpy as np
import pytest

from mlops_validators import interval, judge, judge_non_inferior, paired_difference


def rows(positives, negatives=2000, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.repeat([1, 0], [positives, negatives])
    return truth, np.clip(0.35 * truth + 0.2 + 0.3 * rng.random(len(truth)), 0, 1)


@pytest.mark.parametrize(
    "name", ["recall", "f1", "average_precision", "roc_auc", "balanced_accuracy", "matthews_corrcoef"]
)
def test_ten_positives_are_too_few_for_a_verdict(name):
    truth, score = rows(10)

    found = judge(interval(name, truth, score), minimum=0.01, rows=len(truth))

    assert found.verdict == "inconclusive"
    assert "10 positives, at least 30" in found.reason or "rests on" in found.reason


def test_a_champion_that_answers_alike_is_not_matched_by_ten_positives():
    truth, score = rows(10)
    other = np.where(score >= 0.5, score + 1e-3, score - 1e-3)  # the same labels

    for champion in (score, other):
        found = paired_difference("recall", truth, score, champion)
        assert judge_non_inferior(found, 0.02, True, rows=len(truth)).verdict == "inconclusive"


def test_labels_alike_on_many_positives_match_within_what_they_cannot_show():
    truth, score = rows(2000)
    other = np.where(score >= 0.5, np.minimum(score + 1e-3, 1), score - 1e-3)

    found = paired_difference("recall", truth, score, other)

    assert found.value == 0
    assert -0.003 < found.low < 0 < found.high < 0.003
    assert judge_non_inferior(found, 0.005, True, rows=len(truth)).verdict == "pass"
    assert judge_non_inferior(found, 0.0001, True, rows=len(truth)).verdict == "inconclusive"


def test_groups_are_counted_where_rows_come_in_groups():
    truth, score = rows(200)
    customer = np.arange(len(truth)) // 20  # all positives are of ten customers

    found = interval("recall", truth, score, groups=customer)

    assert (found.informing, found.of) == (10, "groups with positives")
    assert judge(found, minimum=0.01, rows=len(truth)).verdict == "inconclusive"


def test_rows_told_positive_inform_a_precision():
    truth, score = rows(40)

    found = interval("precision", truth, score, threshold=0.8)

    assert found.of == "rows told positive"
    assert found.informing == np.count_nonzero(score >= 0.8)
