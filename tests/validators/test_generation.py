"""Measures of texts are those of sacrebleu, rouge-score and SQuAD's script, and their intervals hold the truth."""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import CHRF

from mlops_validators import MEASURES, estimate, interval, judge, paired_difference, row_measure
from mlops_validators.char_ngrams import shared_runs
from mlops_validators.few_changes import bounded_mean
from mlops_validators.generation import KERNELS, OF_ROWS
from mlops_validators.weak_slices import judge_search, search_slices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES = [*KERNELS]
WORDS = "the a an quick brown fox jumps over lazy dog, dogs. été Ünï 東京 1.5 x\u2028y \t (hi) Don't \U0001f600".split(
    " "
)
CHRF_OF = CHRF()
ROUGE = RougeScorer(["rougeL"])


def written(count: int, longest: int, seed: int, share: float = 0.3) -> tuple[list[str], list[str]]:
    """References, and answers of which a share is the reference, the others half of it and something else."""
    draw = random.Random(seed)

    def text(most: int) -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(0, most)))

    truth = [text(longest) for _ in range(count)]
    told = [each if draw.random() < share else each[: len(each) // 2] + text(longest // 2) for each in truth]
    return truth, told


TRUTH, TOLD = written(400, 12, 0)


def squad(text: str) -> list[str]:
    """As SQuAD's evaluate-v2.0 normalizes an answer."""
    without = "".join(each for each in text.lower() if each not in set(string.punctuation))
    return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", without).split()


def squad_f1(truth: str, told: str) -> float:
    gold, pred = squad(truth), squad(told)
    common = sum((Counter(gold) & Counter(pred)).values())
    if not gold or not pred:
        return float(gold == pred)
    precision, recall = common / len(pred), common / len(gold)
    return 2 * precision * recall / (precision + recall) if common else 0.0


def over_rows(value: Callable[[str, str], float]) -> Callable[[Sequence[str], Sequence[str]], float]:
    return lambda truth, told: float(np.mean([value(*pair) for pair in zip(truth, told, strict=True)]))


REFERENCES: dict[str, Callable[[Sequence[str], Sequence[str]], float]] = {
    "exact_match": over_rows(lambda truth, told: float(truth == told)),
    "exact_match_normalized": over_rows(lambda truth, told: float(squad(truth) == squad(told))),
    "token_f1": over_rows(squad_f1),
    "rouge_l": over_rows(lambda truth, told: ROUGE.score(truth, told)["rougeL"].fmeasure),
    "chrf_mean": over_rows(lambda truth, told: CHRF_OF.sentence_score(told, [truth]).score / 100),
    "chrf": lambda truth, told: CHRF_OF.corpus_score(told, [truth]).score / 100,
}


def test_every_measure_has_a_reference() -> None:
    assert {*REFERENCES} == {*NAMES} == {name for name, each in MEASURES.items() if "generation" in each.tasks}


@pytest.mark.parametrize("name", NAMES)
def test_the_value_is_that_of_the_reference(name: str) -> None:
    expected = REFERENCES[name](TRUTH, TOLD)

    assert estimate(name, TRUTH, TOLD) == pytest.approx(expected, rel=1e-12)
    assert MEASURES[name](TRUTH, TOLD) == pytest.approx(expected, rel=1e-12)


TEXT = st.text(st.sampled_from("aab bcA1.,\n \u00a0é東the"), max_size=14)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=6))
def test_any_texts_have_the_value_of_the_reference_or_none(pairs: list[tuple[str, str]]) -> None:
    truth, told = (list(side) for side in zip(*pairs, strict=True))
    for name in NAMES:
        try:
            found = estimate(name, truth, told)
        except ValueError as error:
            assert name in ("chrf", "chrf_mean", "rouge_l"), error
            continue
        assert found == pytest.approx(REFERENCES[name](truth, told), abs=1e-12)


def test_runs_are_counted_as_sacrebleu_counts_them_in_each_row() -> None:
    """Also where characters of a block are so many that their runs do not fit into one number."""
    odd = ["".join(chr(0x4E00 + (7 * n + m) % 9000) for n in range(3000)) for m in range(5)]
    truth, told = [*TRUTH, *odd, "", "ab", ""], [*TOLD, *odd[1:], odd[0][:40] * 3, "", "ab ab", ""]
    expected = np.array(CHRF_OF._extract_corpus_statistics(told, [truth])).reshape(-1, 6, 3)

    assert shared_runs(told, truth).tolist() == expected.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_weighted_and_repeated_alike(name: str) -> None:
    weights = np.random.default_rng(0).integers(0, 3, len(TRUTH))
    truth, told = np.repeat(np.array(TRUTH, object), weights), np.repeat(np.array(TOLD, object), weights)

    assert MEASURES[name](TRUTH, TOLD, weights=weights) == pytest.approx(estimate(name, truth, told))
    assert estimate(name, TRUTH, TOLD, weights=weights + 1.0) != pytest.approx(estimate(name, TRUTH, TOLD), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_two_models_are_compared_on_the_same_rows(name: str) -> None:
    worse = [each[:3] for each in TOLD]

    found = paired_difference(name, TRUTH, TOLD, worse, resamples=200)

    assert found.value == pytest.approx(estimate(name, TRUTH, TOLD) - estimate(name, TRUTH, worse))
    assert 0 < found.low < found.value < found.high
    same = paired_difference(name, TRUTH, TOLD, TOLD, resamples=200)
    assert same.value == same.low == same.high == 0


def test_rows_of_one_group_are_drawn_together() -> None:
    group = np.repeat(np.arange(40), 10)
    alike = [text for text in TRUTH[:40] for _ in range(10)], [text for text in TOLD[:40] for _ in range(10)]
    for name in NAMES:
        alone, together = (interval(name, *alike, groups=each, resamples=200) for each in (None, group))

        assert together.high - together.low > 2 * (alone.high - alone.low)


def test_slices_and_own_measures_of_texts_are_like_any() -> None:
    truth, told = written(1500, 12, 2, share=0.6)
    language = np.where(np.arange(1500) % 2, "en", "fr")
    longer = row_measure("longer", lambda y, p: [len(b) - len(a) for a, b in zip(y, p, strict=True)], **OWN)

    searched = search_slices("token_f1", truth, told, {"language": language}, resamples=200)
    found = interval(longer, truth, told, resamples=200)

    assert len(searched.slices) == 2
    assert judge_search(searched, minimum=0.3)[0].verdict == "pass"
    assert found.low < found.value < found.high


OWN = {"task": "generation", "higher_is_better": False}


@pytest.mark.parametrize(
    ("truth", "told", "says"),
    [
        (["a", None], ["a", "b"], "1 of 2 values that are no text"),
        (["a", "b"], ["a", 1.5], "1 of 2 values that are no text"),
        (["a", "b"], ["a", b"b"], "1 of 2 values that are no text"),
        (["a", "b"], ["a", float("nan")], "1 of 2 values that are no text"),
        (["a", "b"], ["a", "\ud800"], "1 of 2 values that are no text"),
        (["a", "b"], ["a"], "lengths differ"),
        (["a"], ["a"], "one row says nothing"),
        ([], [], "is empty"),
        ([["a"], ["b"]], ["a", "b"], "is for generation"),
        (["a", "b"], [["a"], ["b"]], "is for generation"),
    ],
)
def test_what_is_no_text_has_no_value(truth: object, told: object, says: str) -> None:
    for name in NAMES:
        with pytest.raises(ValueError, match=says):
            interval(name, truth, told)  # type: ignore[arg-type]


def test_rouge_of_a_language_without_its_letters_is_undefined() -> None:
    """rouge-score says 0 there, of right answers too."""
    chinese = ["今天天气很好", "你好世界"] * 50

    with pytest.raises(ValueError, match="100 of 100 references have no word of a-z and 0-9"):
        interval("rouge_l", chinese, chinese)
    assert estimate("chrf", chinese, chinese) == 1
    assert estimate("rouge_l", ["un été", "", "東京"], ["un été", "", "x"]) == pytest.approx(1 / 3)


def test_chrf_without_a_reference_is_undefined() -> None:
    with pytest.raises(ValueError, match="all 2 references are empty"):
        interval("chrf", ["", " \n"], ["a", "b"])


@pytest.mark.parametrize("name", NAMES)
def test_texts_of_a_mebibyte_are_measured(name: str) -> None:
    """An answer is at most 64 KiB; a reference is as long as it is."""
    truth = ["word and " * 116_508, *TRUTH[:20]]
    told = ["and word " * 7_281, *TRUTH[:20]]

    assert 0.05 < estimate(name, truth, told) < 1


def test_answers_that_are_all_right_are_known_from_enough_rows_only() -> None:
    assert judge(interval("exact_match", TRUTH, TRUTH), minimum=0.98, rows=400).verdict == "pass"
    assert judge(interval("exact_match", TRUTH[:20], TRUTH[:20]), minimum=0.98, rows=20).verdict == "inconclusive"


@pytest.mark.parametrize("name", OF_ROWS)
def test_few_rows_that_differ_are_bounded_though_nobody_knows_their_spread(name: str) -> None:
    """Of two models that differ in three rows, and of a model that is wrong in three."""
    truth = [f"row number {number}" for number in range(1000)]
    other = [*["another text"] * 3, *truth[3:]]

    pair = paired_difference(name, truth, truth, other, resamples=200)
    alone = interval(name, truth, other, resamples=200)

    assert pair.value == pytest.approx(1 - alone.value)
    assert -0.01 < pair.low <= 0 < pair.value < pair.high < 0.01
    assert judge(pair, maximum=0.02, rows=1000).verdict == "pass"
    assert 0.99 < alone.low < alone.value < alone.high <= 1
    assert "rests on about 3" in interval("chrf", truth, other, resamples=200).doubt


def test_bounds_of_few_changes_hold_the_truth() -> None:
    rng, held = np.random.default_rng(0), 0
    for _ in range(1000):
        hit = rng.random(500) < 0.01
        values = np.where(hit, np.where(rng.random(500) < 0.3, -1, 1) * rng.beta(5, 1, 500), 0.0)
        found = bounded_mean(values, (0.0, 0.0), (-1.0, 1.0), 0.95)
        held += found.low <= 0.01 * 0.4 * 5 / 6 <= found.high
    assert held >= 950


def misses(name: str, times: int, *, grouped: bool, rows: int = 240) -> float:
    """Of intervals at 95 %: texts differ in length, and of groups of four some are harder than others."""
    rng, draw = np.random.default_rng(5), random.Random(5)
    words = ["".join(draw.choices("etaoinsh", k=draw.randint(1, 8))) for _ in range(300)]
    hard = np.repeat(rng.beta(1.5, 2.5, 1500), 4)
    truth = np.array([" ".join(draw.choices(words, k=draw.randint(1, 12))) for _ in hard], dtype=object)
    told = np.array([_spoiled(text, share, words, draw) for text, share in zip(truth, hard, strict=True)], dtype=object)
    right, missed = estimate(name, truth, told), 0
    for seed in range(times):
        if grouped:
            first = 4 * rng.integers(0, 1500, rows // 4)
            taken, groups = (first[:, None] + np.arange(4)).ravel(), np.repeat(np.arange(rows // 4), 4)
        else:
            taken, groups = rng.integers(0, 6000, rows), None
        found = interval(name, truth[taken], told[taken], groups=groups, seed=seed, resamples=400)
        missed += not found.low <= right <= found.high
    return missed / times


def _spoiled(text: str, share: float, words: list[str], draw: random.Random) -> str:
    return " ".join(draw.choice(words) if draw.random() < share else word for word in text.split())


@pytest.mark.slow
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
@pytest.mark.parametrize("name", NAMES)
def test_95_percent_is_93_to_97_of_rows_and_groups(name: str, grouped: bool) -> None:
    assert 0.03 <= misses(name, 400 if "chrf" in name else 1000, grouped=grouped) <= 0.07


def test_no_interval_is_plainly_too_narrow() -> None:
    """Of 40 intervals that cover 93 %, more than 8 miss twice in 1,000 runs."""
    assert misses("chrf", 40, grouped=True) * 40 <= 8
