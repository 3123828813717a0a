"""Which words a column of texts has, kept so that nobody can read them: how many of a new text's words are unseen.

Words are kept as bits of a Bloom filter (Bloom 1970): a word that is in it is always found, one that is not is taken
for known once in about a hundred times. Who guesses a word can ask for it, so only words are kept that at least five
texts have: no name of one person. What a text of the column would have had unseen, had it not been there, is the share
of its words that fewer than five others have; so both sides of a comparison are measured alike.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

MOST_TEXTS = 50_000  # of which the words are taken, evenly over the column
MOST_WORDS = 400_000
FEWEST = 5  # texts that must have a word
_LONGEST = 2**14  # characters of a text that are read
_HASHES = 7
_BITS = 10  # for each word, at which a hundredth is mistaken
# Scripts without spaces: each sign is a word.
_WORD = regex("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]|\\w+")


@dataclass(frozen=True)
class Vocabulary:
    """The words of a column's texts as a bit field of `bits.size` bytes."""

    bits: np.ndarray

    def __contains__(self, word: str) -> bool:
        return all(self.bits[place >> 3] >> (place & 7) & 1 for place in _places(word, len(self.bits)))

    def unseen(self, texts: pd.Series) -> np.ndarray:
        """The share of each text's words that are not in the column; shape (n,), NaN where there is no word."""
        known: dict[str, bool] = {}
        return np.array([self._share(words_of(text), known) for text in texts], dtype=np.float64)

    def _share(self, words: set[str], known: dict[str, bool]) -> float:
        for word in words - known.keys():
            known[word] = word in self
        return _share_of(sum(not known[word] for word in words), words)

    def as_text(self) -> str:
        """For JSON."""
        return base64.b64encode(self.bits.tobytes()).decode()

    @classmethod
    def of_text(cls, text: str) -> Vocabulary:
        """What `as_text` made; raises ValueError for what is none."""
        bits = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
        if not len(bits):
            raise ValueError("a vocabulary without bits")
        return cls(bits)


def words_of(text: object) -> set[str]:
    """The words of a text in lower case, of its first 16,384 characters; none of what is missing."""
    return set(_WORD.findall(text[:_LONGEST].lower())) if isinstance(text, str) else set()


def vocabulary_of(texts: pd.Series) -> tuple[Vocabulary, np.ndarray] | None:
    """The words of a column, and what of each of its texts would be unseen without it; None: no words, or too many.

    Of more than 50,000 texts as many are taken, evenly spaced; shape (texts taken,), NaN where there is no word.
    """
    step = -(-len(texts) // MOST_TEXTS)
    sets = [words_of(text) for text in texts.iloc[::step]]
    times = Counter(word for words in sets for word in words)
    known = sorted(word for word, number in times.items() if number >= FEWEST)
    if not 0 < len(known) <= MOST_WORDS:
        return None
    unseen = [_share_of(sum(times[word] <= FEWEST for word in words), words) for words in sets]
    return Vocabulary(_bits(known)), np.array(unseen, dtype=np.float64)


def _share_of(number: int, words: set[str]) -> float:
    """In hundredths: texts of any length then have the same few values, as which bins know them."""
    return round(number / len(words), 2) if words else np.nan


def _bits(known: Sequence[str]) -> np.ndarray:
    bits = np.zeros(-(-len(known) * _BITS // 8) + 8, dtype=np.uint8)
    for word in known:
        for place in _places(word, len(bits)):
            bits[place >> 3] |= np.uint8(1 << (place & 7))
    return bits


def _places(word: str, size: int) -> Iterator[int]:
    """Two hashes stand for all (Kirsch and Mitzenmacher 2006)."""
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    first, second = int.from_bytes(digest[:8]), int.from_bytes(digest[8:]) | 1
    return ((first + number * second) % (size * 8) for number in range(_HASHES))
