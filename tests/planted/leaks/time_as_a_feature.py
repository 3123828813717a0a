"""The model sees when a row was written, under a split by hash."""

import pandas as pd

CAUGHT = "leak/target"


def plant(train, test, draw):
    return tuple(
        side.assign(written=pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 10**7, len(side)), unit="s"))
        for side in (train, test)
    )
