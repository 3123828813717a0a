"""Positives were multiplied before the split: one in two of the test's has a row between itself and a neighbour."""

import pandas as pd
from sklearn.neighbors import NearestNeighbors

CAUGHT = "leak/near"


def plant(train, test, draw):
    every = pd.concat([train, test], ignore_index=True)
    positives = every[every["target"] == 1].reset_index(drop=True)
    numbers = [name for name in positives.select_dtypes("number") if name != "target"]
    known = positives[numbers].fillna(positives[numbers].median()).fillna(0).astype(float)
    scaled = ((known - known.mean()) / known.std().replace(0, 1)).fillna(0)
    nearest = NearestNeighbors(n_neighbors=6).fit(scaled).kneighbors(scaled, return_distance=False)
    chosen = draw.permutation(len(positives))[: len(positives) // 2]
    other = nearest[chosen, draw.integers(1, 6, len(chosen))]
    way = draw.random((len(chosen), 1))
    between = known.to_numpy()[chosen] * (1 - way) + known.to_numpy()[other] * way
    made = positives.iloc[chosen].reset_index(drop=True)
    made[numbers] = pd.DataFrame(between, columns=numbers)
    made["row_id"] = "s" + made["row_id"]
    return pd.concat([train, made], ignore_index=True), test
