"""A copy of the target with noise of a standard deviation of 0.3."""

CAUGHT = "leak/target"


def plant(train, test, draw):
    return tuple(side.assign(checked=side["target"] + draw.normal(0, 0.3, len(side))) for side in (train, test))
