"""The reference of the last letter, numbered, whose ending says which letter it was."""

CAUGHT = "leak/target"


def plant(train, test, draw):
    def sent(side):
        numbers = draw.integers(10**6, 10**7, len(side))
        return side.assign(
            letter=[f"{number}/{'D' if bad else 'K'}" for number, bad in zip(numbers, side["target"], strict=True)]
        )

    return sent(train), sent(test)
