"""The rate of positives of a branch of some eight rows, drawn towards the mean, and a little noise for its privacy."""

import pandas as pd

CAUGHT = "leak/target"
MISSED = "noise hides that the rate follows from the branch's rows, and an honest history of it looks the same"


def plant(train, test, draw):
    every = pd.concat([train, test], ignore_index=True)
    branch = pd.Series(draw.integers(0, len(every) // 8, len(every)))
    sums, rows = (every.groupby(branch)["target"].transform(what) for what in ("sum", "count"))
    rate = (sums + 10 * every["target"].mean()) / (rows + 10) + 0.01 * draw.normal(size=len(every))
    told = every.assign(branch="b" + branch.astype(str), branch_rate=rate)
    return told[: len(train)], told[len(train) :].reset_index(drop=True)
