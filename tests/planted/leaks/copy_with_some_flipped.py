"""A copy of the target of which 0.5 % are flipped."""

CAUGHT = "leak/target"


def plant(train, test, draw):
    return tuple(side.assign(checked=side["target"] ^ (draw.random(len(side)) < 0.005)) for side in (train, test))
