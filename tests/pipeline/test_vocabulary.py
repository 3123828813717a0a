"""Which words a column has: what is unseen in new texts is measured as in the column's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_spec.pipeline.vocabulary import MOST_TEXTS, Vocabulary, vocabulary_of, words_of


def texts(seed: int, number: int, words: int = 500) -> pd.Series:
    draw = np.random.default_rng(seed)
    said = [" ".join(f"w{word}" for word in draw.zipf(1.3, 20) % words) for _ in range(number)]
    return pd.Series(said, dtype="str")


def test_a_word_that_five_texts_have_is_known_and_of_others_about_one_in_a_hundred_is_taken_for_it() -> None:
    found = vocabulary_of(pd.Series([f"common w{number}" for number in range(2000) for _ in range(5)]))
    assert found is not None
    vocabulary, _ = found

    assert all(f"w{number}" in vocabulary for number in range(2000))
    mistaken = sum(f"x{number}" in vocabulary for number in range(20_000)) / 20_000
    assert mistaken < 0.02


def test_no_word_is_kept_that_fewer_texts_have() -> None:
    found = vocabulary_of(pd.Series(["the order of miller"] * 4 + ["the order"]))
    assert found is not None

    assert ["the" in found[0], "miller" in found[0]] == [True, False]


def test_a_text_of_the_column_has_as_much_unseen_as_a_new_one() -> None:
    """Leaving one out: the mean share over the column's own texts is that over new ones of the same kind."""
    found = vocabulary_of(texts(1, 4000, words=5000))
    assert found is not None
    vocabulary, own = found

    new = vocabulary.unseen(texts(2, 4000, words=5000))
    assert abs(own.mean() - new.mean()) < 4 * np.hypot(own.std(), new.std()) / np.sqrt(4000)
    assert own.mean() > 0.02  # else there was nothing to compare


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Late, LATE parcel", {"late", "parcel"}),
        ("東京 12", {"東", "京", "12"}),
        ("", set()),
        ("... !", set()),
        (None, set()),
        (float("nan"), set()),
        ("a" * 2**20, {"a" * 2**14}),
    ],
)
def test_words(text: object, words: set[str]) -> None:
    assert words_of(text) == words


def test_what_has_no_word_has_no_share() -> None:
    found = vocabulary_of(texts(1, 100))
    assert found is not None

    assert np.isnan(found[0].unseen(pd.Series(["", None, "!!"], dtype=object))).all()


def test_names_that_never_repeat_are_no_vocabulary() -> None:
    assert vocabulary_of(pd.Series([f"{number:032x}" for number in range(500)])) is None


def test_it_survives_json_and_a_damaged_one_is_refused() -> None:
    found = vocabulary_of(texts(1, 100))
    assert found is not None

    again = Vocabulary.of_text(found[0].as_text())
    assert np.array_equal(again.bits, found[0].bits)
    for damaged in ("", "not base64!"):
        with pytest.raises(ValueError, match=r"base64|without bits"):
            Vocabulary.of_text(damaged)


def test_of_many_texts_as_many_are_read_as_tell_enough() -> None:
    found = vocabulary_of(pd.Series(["some words of a text"] * (2 * MOST_TEXTS + 1)))
    assert found is not None

    assert len(found[1]) <= MOST_TEXTS
