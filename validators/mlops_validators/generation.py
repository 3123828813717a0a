"""Measures of texts beside reference texts, each from 0 to 1.

`chrf` is of all rows together, as sacrebleu's `corpus_score`: counts of each row are added up, and the score is one of
their sums, so long texts count more. The others are means of a number for each row, among them `chrf_mean`, of each
row's `chrf` (sacrebleu's `sentence_score`).

- `exact_match`: the answer is the reference, letter by letter.
- `exact_match_normalized`, `token_f1`: as SQuAD's script has them: lower case, without ASCII punctuation and the
  articles a, an, the, and then words by white space. `1.5` is `15` there, and `token_f1` of a language that sets no
  spaces is near `exact_match`.
- `rouge_l`: F of the longest common subsequence of words, as rouge-score has it: words are runs of a-z and 0-9, so it
  is undefined of languages that have others.

Sources: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (2016) and the script
`evaluate-v2.0.py` beside it; Popović, "chrF" (2015); Lin, "ROUGE: A Package for Automatic Evaluation of Summaries"
(2004); Hyyrö, "Bit-Parallel LCS-length Computation Revisited" (2004).
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.char_ngrams import LENGTHS, shared_runs
from mlops_validators.weighted import Sums, of_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlops_validators.answers import Answers
    from mlops_validators.arrays import Booleans, Floats, Integers
    from mlops_validators.weighted import Kernel

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_LATIN = re.compile(r"[a-z0-9]+")
_RECALL = 4  # times that recall counts what precision does: beta is 2


def exactly(given: Answers) -> Booleans:
    """Whether each answer is its reference, (n,).

    >>> from mlops_validators.answers import Answers
    >>> exactly(Answers("generation", np.array(["York", "Bath"], object), np.array(["York", "bath"], object)))
    array([ True, False])
    """
    return np.asarray(given.truth == given.score, dtype=bool)


def normalized(given: Answers) -> Booleans:
    """Whether each answer has the words of its reference as SQuAD's script reads both, (n,).

    >>> from mlops_validators.answers import Answers
    >>> normalized(Answers("generation", np.array(["York", "Bath"], object), np.array(["the York!", "Hull"], object)))
    array([ True, False])
    """
    return _of_rows(given, _squad_words, lambda told, truth: float(told == truth)).astype(bool)


def _token_f1(given: Answers) -> Floats:
    return _of_rows(
        given, _squad_words, lambda told, truth: _f1(_common(told, truth), told, truth, of_none=float(told == truth))
    )


def _rouge_l(given: Answers) -> Floats:
    without = sum(not _LATIN.search(text.lower()) for text in given.truth if text.strip())
    if 2 * without > len(given.truth):
        raise ValueError(
            f"rouge_l is undefined: {without} of {len(given.truth)} references have no word of a-z and 0-9, and it "
            "reads no others"
        )
    return _of_rows(given, _latin_words, lambda told, truth: _f1(_subsequence(told, truth), told, truth, of_none=0.0))


def _of_rows(
    given: Answers, words: Callable[[str], list[str]], value: Callable[[list[str], list[str]], float]
) -> Floats:
    pairs = zip(given.score, given.truth, strict=True)
    return np.array([value(words(told), words(truth)) for told, truth in pairs], dtype=np.float64)


def _squad_words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _latin_words(text: str) -> list[str]:
    return _LATIN.findall(text.lower())


def _f1(common: int, told: Sequence[str], truth: Sequence[str], *, of_none: float) -> float:
    """`of_none` is what an answer or reference without words is worth."""
    return 2 * common / (len(told) + len(truth)) if told and truth else of_none


def _common(told: Sequence[str], truth: Sequence[str]) -> int:
    """How many words both have, each as often as both have it."""
    left: dict[str, int] = {}
    for word in truth:
        left[word] = left.get(word, 0) + 1
    common = 0
    for word in told:
        if left.get(word, 0):
            left[word] -= 1
            common += 1
    return common


def _subsequence(told: Sequence[str], truth: Sequence[str]) -> int:
    """The length of the longest common subsequence: one bit for each word of the shorter text (Hyyrö 2004)."""
    short, long = sorted((told, truth), key=len)
    places: dict[str, int] = {}
    for place, word in enumerate(short):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(short)) - 1
    left = every
    for word in long:
        if met := left & places.get(word, 0):
            left = (left + met | left - met) & every
    return len(short) - left.bit_count()


def _chrf(given: Answers, _: Integers | None) -> Kernel:
    counts = _runs(given)
    return Sums(len(counts), lambda block: [*counts[block].T], _of_counts)


def _chrf_mean(given: Answers) -> Floats:
    counts = _runs(given)
    return _of_counts(np.concatenate([np.ones((1, len(counts))), counts.T]))


def _runs(given: Answers) -> Integers:
    """Of each row what its chrF is made of, (n, 18)."""
    if not any(map(str.strip, given.truth)):
        raise ValueError(f"chrf is undefined: all {len(given.truth)} references are empty")
    return shared_runs(given.score.tolist(), given.truth.tolist()).reshape(len(given.truth), -1)


def _of_counts(sums: Floats) -> Floats:
    """chrF, (b,), of the sum of weights and of the counts of each length, (19, b)."""
    told, truth, shared = sums[1:].reshape(LENGTHS, 3, -1).swapaxes(0, 1)
    there = (told > 0) & (truth > 0)
    lengths = np.maximum(there.sum(axis=0), 1)
    precision, recall = (
        np.divide(shared, of, out=np.zeros(shared.shape), where=there).sum(axis=0) / lengths for of in (told, truth)
    )
    weighed = _RECALL * precision + recall
    weighed = np.where(weighed > 0, weighed, 1.0)
    return np.asarray((1 + _RECALL) * precision * recall / weighed)


def _mean(values: Callable[[Answers], Floats]) -> Callable[[Answers, Integers | None], Kernel]:
    return lambda given, _: of_mean(values(given))


OF_ROWS: dict[str, Callable[[Answers], Floats]] = {
    "exact_match": lambda given: exactly(given).astype(np.float64),
    "exact_match_normalized": lambda given: normalized(given).astype(np.float64),
    "token_f1": _token_f1,
    "rouge_l": _rouge_l,
    "chrf_mean": _chrf_mean,
}
"""What is the mean of each row's, (n,) from 0 to 1, by the measure's name."""
KERNELS: dict[str, Callable[[Answers, Integers | None], Kernel]] = {
    **{name: _mean(values) for name, values in OF_ROWS.items()},
    "chrf": _chrf,
}
"""By the measure's name; higher is better in all of them."""
