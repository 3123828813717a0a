"""Rows of one customer are on both sides."""

CAUGHT = "leak/near"


def plant(train, test, draw):
    customers = (len(train) + len(test)) // 4
    return tuple(side.assign(customer_id=draw.integers(0, customers, len(side))) for side in (train, test))
