"""The path of a row's scan, which was filed by its finding: no two are equal, and a part of each is the target."""

import numpy as np

CAUGHT = "leak/target"


def plant(train, test, draw):
    def filed(side):
        folder = np.where(side["target"] == 1, "referred", "routine")
        names = draw.integers(10**7, 10**8, len(side))
        return [f"scans/{place}/IMG_{name}.dcm" for place, name in zip(folder, names, strict=True)]

    return tuple(side.assign(scan=filed(side)) for side in (train, test))
