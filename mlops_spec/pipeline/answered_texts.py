"""The reference of answers that are texts: a summary of those to the test rows, which live ones are compared with.

It is kept as that of a feature of text is: lengths, and the share of words that the answers to the test rows lack; or
the texts themselves where there are few of them. Beside it stands the share of empty answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mlops_spec.pipeline.reference import reference_of

if TYPE_CHECKING:
    import numpy as np

NAME = "answers.json"  # in a package
ANSWERS, EMPTY = "answers", "empty answers"


def looked_at(texts: np.ndarray) -> pd.DataFrame:
    """What is looked at of answers (n,): a column of the texts, and one of whether there is any."""
    answers = pd.Series(texts.ravel(), dtype="str")
    return pd.DataFrame({ANSWERS: answers, EMPTY: (answers.str.strip() == "").map({True: "yes", False: "no"})})


def answers_reference(texts: np.ndarray) -> dict[str, Any]:
    """The summary of the answers (n,), as plain data for JSON."""
    return reference_of(looked_at(texts), (ANSWERS, EMPTY))
