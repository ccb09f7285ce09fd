"""A day as people say it: 30.11.2026, tomorrow, next Monday, in 2 weeks."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SPAN = re.compile(r"in (?:1 (day|week)|(\d{1,3}) (days|weeks))", re.ASCII)
_NEAR: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
WORDS_FOR_DAYS = "30.11.2026, tomorrow, next Monday, in 2 weeks"


def day_in_words(text: str, today: dt.date) -> dt.date | None:
    """Return the day that a text means, None where it is none of these ways to say one.

    "Next Monday" is the first Monday after today. A date with points is day, month and year: nobody
    writes the month first with points.
    """
    words = " ".join(text.lower().split())
    if dotted := _DOTTED.fullmatch(words):
        day, month, year = map(int, dotted.groups())
        try:
            return dt.date(year, month, day)
        except ValueError:
            return None
    days = _days_on(words, today)
    return None if days is None else today + dt.timedelta(days=days)


def _days_on(words: str, today: dt.date) -> int | None:
    if words in _NEAR:
        return _NEAR[words]
    weekday = words.removeprefix("next ")
    if words != weekday and weekday in _WEEKDAYS:
        return (_WEEKDAYS.index(weekday) - today.weekday() - 1) % len(_WEEKDAYS) + 1
    span = _SPAN.fullmatch(words)
    if span is None:
        return None
    one, many, unit = span.groups()
    return int(many or 1) * (len(_WEEKDAYS) if (one or unit).startswith("week") else 1)
