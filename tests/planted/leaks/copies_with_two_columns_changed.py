"""A tenth of the test rows (20 at least) is trained on, each with another row's values in two columns of its own."""

import numpy as np
import pandas as pd

CAUGHT = "leak/near"


def plant(train, test, draw):
    copies = test.sample(max(len(test) // 10, 20), random_state=1).reset_index(drop=True)
    names = [name for name in copies.columns if name not in ("row_id", "target")]
    changed = np.argsort(draw.random((len(copies), len(names))), axis=1)[:, :2]
    for place, name in enumerate(names):
        rows = (changed == place).any(axis=1)
        copies.loc[rows, name] = draw.permutation(test[name].to_numpy())[: rows.sum()]
    return pd.concat([train, copies.assign(row_id="c" + copies["row_id"])], ignore_index=True), test
