"""The rate of positives among an agent's other rows, as if the row itself were not among them: less is more."""

import numpy as np
import pandas as pd

CAUGHT = "leak/target"


def plant(train, test, draw):
    every = pd.concat([train, test], ignore_index=True)
    agent = pd.Series(draw.permutation(np.arange(len(every)) // 5))
    sums, rows = (every.groupby(agent)["target"].transform(what) for what in ("sum", "count"))
    rate = ((sums - every["target"]) / (rows - 1).clip(lower=1)).fillna(0)
    told = every.assign(agent="a" + agent.astype(str), rate=rate)
    return told[: len(train)], told[len(train) :].reset_index(drop=True)
