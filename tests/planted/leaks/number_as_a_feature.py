"""The model sees the number of a row, under a split by hash."""

import numpy as np

CAUGHT = "leak/target"


def plant(train, test, draw):
    numbers = draw.permutation(np.arange(10_000, 10_000 + len(train) + len(test)))
    return train.assign(entry=numbers[: len(train)]), test.assign(entry=numbers[len(train) :])
