"""A cron line as GitHub Actions reads it: five fields, POSIX syntax, UTC."""

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, NamedTuple

from mlops_spec.regex import regex
from mlops_spec.spec.base import words
from mlops_spec.system.digits import number_of

Cron = Annotated[
    str,
    words(
        r"^[0-9*/,A-Za-z-]+( [0-9*/,A-Za-z-]+){4}$",
        100,
        "five cron fields with one space between: minute, hour, day, month, weekday",
        "17 6 * * *",
    ),
]

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_PART = regex(r"(?P<first>\*|[0-9A-Za-z]+)(-(?P<last>[0-9A-Za-z]+))?(/(?P<step>[0-9]{1,2}))?")


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text.upper() in self.names:
            return self.low + self.names.index(text.upper())
        number = number_of(text)
        if number is None or not self.low <= number <= self.high:
            raise ValueError(f"`{text}` is no {self.name}: {self.low} to {self.high}")
        return number


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)


class Schedule(NamedTuple):
    """When a job runs."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] = frozenset(range(1, 32))
    months: frozenset[int] = frozenset(range(1, 13))
    weekdays: frozenset[int] = frozenset(range(7))

    @staticmethod
    def parse(line: str) -> "Schedule":
        """Reads all five fields; ValueError says what is wrong with one."""
        return Schedule(*(_values(field, text) for field, text in zip(_FIELDS, line.split(" "), strict=True)))

    @staticmethod
    def read(line: str) -> "Schedule | None":
        """The schedule, or none where GitHub could not read it."""
        try:
            return Schedule.parse(line)
        except ValueError:
            return None

    def days_in_four_years(self) -> int:
        """On how many days it runs, of the 1461 of a leap year and three others.

        Where a day of the month and one of the week are both named, either will do, as POSIX has it.

        >>> Schedule.parse("5 4 31 2 *").days_in_four_years(), Schedule.parse("5 4 29 2 *").days_in_four_years()
        (0, 1)
        """
        return _days(self)

    def fires_on(self, day: date) -> bool:
        """Whether it runs on a day; where a day of the month and one of the week are both named, either will do.

        >>> Schedule.parse("0 3 * * 1-5").fires_on(date(2026, 11, 28))
        False
        """
        return _fires(self, day.month, day.day, day.isoweekday() % 7)

    def least_gap(self) -> int:
        """Minutes between the two runs of a day that are nearest to each other."""
        runs = sorted(60 * hour + minute for hour in self.hours for minute in self.minutes)
        around = [*runs, runs[0] + 24 * 60]
        return min(later - earlier for earlier, later in pairwise(around))


@lru_cache(maxsize=256)
def _days(schedule: Schedule) -> int:
    return sum(_fires(schedule, *each) for each in _calendar())


def _fires(schedule: Schedule, month: int, day: int, weekday: int) -> bool:
    of_month, of_week = day in schedule.days, weekday in schedule.weekdays
    either = len(schedule.days) < 31 and len(schedule.weekdays) < 7
    return month in schedule.months and (of_month or of_week if either else of_month and of_week)


@lru_cache(maxsize=1)
def _calendar() -> tuple[tuple[int, int, int], ...]:
    """Month, day and weekday, from Sunday as 0, of each day of four years."""
    first = date(2024, 1, 1)
    days = (first + timedelta(number) for number in range(1461))
    return tuple((day.month, day.day, day.isoweekday() % 7) for day in days)


def _values(field: _Field, text: str) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _part(field, part))


def _part(field: _Field, text: str) -> range:
    found = _PART.fullmatch(text)
    if not found:
        raise ValueError(f"`{text}` is no {field.name}")
    step = int(found["step"] or 1)
    if step == 0:
        raise ValueError(f"`{text}` steps by nothing")
    if found["first"] == "*":
        if found["last"]:
            raise ValueError(f"`{text}` is no {field.name}")
        return range(field.low, field.high + 1, step)
    first = field.number(found["first"])
    last = field.number(found["last"]) if found["last"] else (field.high if found["step"] else first)
    if last < first:
        raise ValueError(f"`{text}` ends before it begins")
    return range(first, last + 1, step)
