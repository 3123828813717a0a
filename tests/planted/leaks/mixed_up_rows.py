"""Each tenth test row was averaged with another, in unlike shares column by column, and the mean lies in train."""

import pandas as pd

CAUGHT = "leak/near"
MISSED = "a row that lies between two others in other shares for each column is on no line between them"


def plant(train, test, draw):
    numbers = [name for name in test.select_dtypes("number") if name != "target"]
    one = test.sample(frac=0.1, random_state=1).reset_index(drop=True)
    other = train.sample(len(one), random_state=2).reset_index(drop=True)
    share = draw.uniform(0.6, 0.95, (len(one), len(numbers)))
    made = one.assign(row_id="m" + one["row_id"])
    made[numbers] = one[numbers].astype(float) * share + other[numbers].astype(float) * (1 - share)
    return pd.concat([train, made], ignore_index=True), test
