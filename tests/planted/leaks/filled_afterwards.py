"""A date's distance that is known of most positives, once they are positive."""

import numpy as np

CAUGHT = "leak/target"


def plant(train, test, draw):
    return tuple(
        side.assign(
            days=np.where(
                (side["target"] == 1) & (draw.random(len(side)) < 0.8), draw.integers(1, 90, len(side)), np.nan
            )
        )
        for side in (train, test)
    )
