"""The days of a cycle or phase in the words of a regimen: lists, ranges, rhythms, weekdays, picks.

Days become positions, 1 for the first, whether a file counts from day 1 or from day 0.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

DAYS_TEXT = re.compile(r"([0-9]+) to ([0-9]+)")
_EACH = re.compile(r"(?:each day|every ([2-9]|[1-9][0-9]+) days)(, weekdays only)?")
_WEEKLY = re.compile(r"((?:[1-7], )*[1-7] and [1-7]) of each week")
_WITH = re.compile(r"with each (.+)")
_DAY = re.compile("[0-9]")
_RUN = re.compile(r"([0-9]{1,3})(?: to ([0-9]{1,3}))?")
_SATURDAY = 5
_DAYS_IN_WEEK = 7
_WEEKDAYS = 5
_A_MONDAY = dt.date(2026, 11, 30)


def is_rhythm(days: object) -> bool:
    """Return whether days go on by a rhythm, each day or each week, and may be counted by times."""
    return isinstance(days, str) and bool(_EACH.fullmatch(days) or _WEEKLY.fullmatch(days))


def is_numbered(days: str) -> bool:
    """Return whether days are numbers, of a cycle or of a week: "1 to 5"."""
    return bool(DAYS_TEXT.fullmatch(days) or _WEEKLY.fullmatch(days))


def apart_of(days: object) -> int | None:
    """Return how many days apart any two doses are; None where that is not always the same."""
    match = _EACH.fullmatch(days) if isinstance(days, str) else None
    return int(match[1] or 1) if match and not match[2] else None


def goes_with(days: object) -> str:
    """Return the name of the event in "with each plasma exchange"; nothing for other days."""
    match = _WITH.fullmatch(days) if isinstance(days, str) else None
    return match[1] if match else ""


def day_numbers_of(
    days: list[int] | str,
    times: int | None,
    length: int | None,
    *,
    first: int = 1,
    on: dt.date | None = None,
) -> list[int]:
    """Return the positions that a list, a range or "every 2 days" stands for, 1 for the first day.

    Args:
        days: as the file writes them.
        times: how often, for a rhythm that has no length.
        length: days of the cycle or phase.
        first: the number of the first day in the file, 1 or 0.
        on: the date of the first day, for "weekdays only"; without it the latest of all weeks.

    Raises:
        ValueError: if they cannot be read, or need a length that is not there.
    """
    if isinstance(days, list):
        if not days or days != sorted(set(days)) or days[0] < first:
            raise ValueError(f"days must rise, from {first} on")
        return [day - first + 1 for day in days]
    span = DAYS_TEXT.fullmatch(days)
    if span and first <= int(span[1]) <= int(span[2]):
        return list(range(int(span[1]) - first + 1, int(span[2]) - first + 2))
    if weekly := _WEEKLY.fullmatch(days):
        return _in_each_week([int(day) for day in _DAY.findall(weekly[1])], days, times, length)
    rhythm = _EACH.fullmatch(days)
    if rhythm is None:
        raise ValueError(
            f'days "{days}" is not known; write [1, 8], 1 to 5, each day, every 2 days, '
            "every 2 days, weekdays only, 1, 3 and 5 of each week, or with each plasma exchange"
        )
    apart = int(rhythm[1] or 1)
    if rhythm[2]:
        if times is None:
            raise ValueError(f"days: {days} needs times")
        starts = [on] if on else [_A_MONDAY + dt.timedelta(days=n) for n in range(_DAYS_IN_WEEK)]
        weeks = [_on_weekdays(start, apart, times) for start in starts]
        return sorted(weeks, key=lambda numbers: numbers[-1])[-1]
    if times is not None:
        return [1 + apart * n for n in range(times)]
    return list(range(1, _needed(length, days) + 1, apart))


def _needed(length: int | None, days: str) -> int:
    if length is None:
        raise ValueError(f"days: {days} needs times, or a phase with a length")
    return length


def _in_each_week(week: list[int], days: str, times: int | None, length: int | None) -> list[int]:
    """Return the days of each week, counted from the first day, so many times or to the last."""
    if week != sorted(set(week)):
        raise ValueError("days of a week must rise")
    last = _DAYS_IN_WEEK * times if times is not None else _needed(length, days)
    numbers = [
        start + day
        for start in range(0, last, _DAYS_IN_WEEK)
        for day in week
        if start + day <= last
    ]
    return numbers[:times]


def _on_weekdays(start: dt.date, apart: int, times: int) -> list[int]:
    """Return days each counted from the one before; a day at a weekend waits for Monday."""
    numbers: list[int] = []
    day = start
    for _ in range(times):
        while day.weekday() >= _SATURDAY:
            day += dt.timedelta(days=1)
        numbers.append((day - start).days + 1)
        day += dt.timedelta(days=apart)
    return numbers


@dataclasses.dataclass(frozen=True, slots=True)
class DayPick:
    """Some of the first days of a cycle, as a person chose them; no numbers mean its weekdays."""

    numbers: tuple[int, ...]
    of: int

    @classmethod
    def parse(cls, text: str, count: int, of: int) -> DayPick:
        """Read "1 to 5, 8 to 12" or "weekdays".

        Raises:
            ValueError: if it is not this many different days of the first ones.
        """
        if text.strip() == "weekdays" and weekdays_fit(count, of):
            return cls((), of)
        picked: list[int] = []
        for part in text.split(","):
            match = _RUN.fullmatch(part.strip())
            if match is None:
                raise ValueError("is not a list of days")
            picked += range(int(match[1]), int(match[2] or match[1]) + 1)
        if len(picked) != count or sorted(set(picked)) != picked:
            raise ValueError(f"is not {count} days in their order")
        if picked[0] < 1 or picked[-1] > of:
            raise ValueError(f"is not within days 1 to {of}")
        return cls(tuple(picked), of)

    def days(self, on: dt.date) -> list[int]:
        """Return the days of a cycle that begins on a date."""
        if self.numbers:
            return list(self.numbers)
        dates = ((n, on + dt.timedelta(days=n - 1)) for n in range(1, self.of + 1))
        return [n for n, date in dates if date.weekday() < _SATURDAY]

    def __str__(self) -> str:
        """Return it as a person reads it."""
        if not self.numbers:
            return f"the weekdays of days 1 to {self.of}"
        return f"days {', '.join(map(str, self.numbers))}"


def weekdays_fit(count: int, of: int) -> bool:
    """Return whether the days are whole weeks with this many weekdays, whenever they begin."""
    return of % _DAYS_IN_WEEK == 0 and count == of // _DAYS_IN_WEEK * _WEEKDAYS
