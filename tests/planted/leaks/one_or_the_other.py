"""Two flags of the case's closing, of which one alone is set where it ended badly: each by itself says nothing."""

CAUGHT = "leak/target"


def plant(train, test, draw):
    def flagged(side):
        first = draw.integers(0, 2, len(side))
        return side.assign(reviewed=first, escalated=first ^ side["target"])

    return flagged(train), flagged(test)
