"""Texts of a few words and answers to them, four of five words right."""

import sys

import numpy as np

WORDS = ("a", "model", "reads", "rows", "and", "writes", "titles")


def texts(rng, n):
    """The references and the answers, (n,) each."""
    right, wrong = rng.integers(0, len(WORDS), (2, n, 6))
    answered = np.where(rng.random((n, 6)) < 0.8, right, wrong)
    lines = ([" ".join(WORDS[word] for word in row) for row in of] for of in (right, answered))
    return tuple(np.array(each, dtype=object) for each in lines)


def taken(array):
    """The bytes that an array takes, its texts with it."""
    return array.nbytes + (sum(map(sys.getsizeof, array)) if array.dtype == object else 0)
