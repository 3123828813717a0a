"""What was due and what was paid of it in the end: either says little, and positives paid less than was due."""

import numpy as np

CAUGHT = "leak/target"


def plant(train, test, draw):
    def settled(side):
        due = draw.lognormal(6, 1, len(side))
        paid = np.where(side["target"] == 1, due * draw.uniform(0.3, 0.95, len(side)), due)
        return side.assign(due=due.round(2), paid=paid.round(2))

    return settled(train), settled(test)
