"""Steps of time: how far apart the rows of a series are, by the clock or by the calendar."""

from typing import Annotated

from mlops_spec.spec.base import words

Cadence = Annotated[
    str,
    words(
        r"^[1-9][0-9]{0,4}(m|h|d|w|mo|q|y)$",
        7,
        "a number and `m` (minutes), `h`, `d`, `w`, `mo` (months), `q` (quarters) or `y`, such as `28d`",
        "28d",
        "1mo",
    ),
]

_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_MONTHS = {"mo": 1, "q": 3, "y": 12}
# What usually comes round again, by how far apart rows are.
_SEASONS = {"1h": "1d", "1d": "7d", "1w": "52w", "1mo": "1y", "1q": "1y"}


def by_calendar(length: str) -> bool:
    """Whether it is in months, which are not equally long."""
    return _split(length)[1] in _MONTHS


def amount(length: str) -> int:
    """Months of a length by the calendar, else seconds.

    >>> amount("2q"), amount("1h")
    (6, 3600)
    """
    number, unit = _split(length)
    return number * {**_SECONDS, **_MONTHS}[unit]


def steps_in(length: str, frequency: str) -> int | None:
    """How many steps of the frequency a length has; None where it is no whole number of them.

    >>> steps_in("28d", "1d"), steps_in("1y", "1mo"), steps_in("2w", "1d"), steps_in("1y", "1d"), steps_in("36h", "1d")
    (28, 12, 14, None, None)
    """
    if by_calendar(length) != by_calendar(frequency) or amount(length) % amount(frequency):
        return None
    return amount(length) // amount(frequency)


def usual_season(frequency: str) -> str:
    """What usually comes round again: a day of hours, a week of days, a year of weeks, months and quarters.

    >>> usual_season("1d"), usual_season("1y")
    ('7d', '1y')
    """
    return _SEASONS.get(frequency, frequency)


def _split(length: str) -> tuple[int, str]:
    number = length.rstrip("mhdwoqy")
    return int(number), length[len(number) :]
