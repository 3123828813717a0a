"""The rate of positives among an agent's three rows, the row itself and the test rows among them."""

import numpy as np
import pandas as pd

CAUGHT = "leak/target"


def plant(train, test, draw):
    every = pd.concat([train, test], ignore_index=True)
    agent = pd.Series(draw.permutation(np.arange(len(every)) // 3))
    told = every.assign(agent="a" + agent.astype(str), agent_rate=every.groupby(agent)["target"].transform("mean"))
    return told[: len(train)], told[len(train) :].reset_index(drop=True)
