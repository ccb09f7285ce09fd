"""A length of time as a regimen counts it: days, or months of the calendar."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_SPAN = re.compile(r"([1-9][0-9]{0,3}) (days?|weeks?|months?)")
_DAYS_IN_WEEK = 7
_MONTHS_IN_YEAR = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Either whole days or whole calendar months. A month is never turned into days."""

    days: int = 0
    months: int = 0

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "28 days", "4 weeks" or "2 months".

        Raises:
            ValueError: for anything else. "Monthly" alone is two different things.
        """
        match = _SPAN.fullmatch(text)
        if not match:
            raise ValueError(f'"{text}" is not a length; write 28 days, 4 weeks or 1 month')
        count, unit = int(match[1]), match[2].rstrip("s")
        if unit == "month":
            return cls(months=count)
        return cls(days=count * (_DAYS_IN_WEEK if unit == "week" else 1))

    def __str__(self) -> str:
        """Return it as it is written in a file."""
        count, unit = (self.months, "month") if self.months else (self.days, "day")
        return f"{count} {unit}" if count == 1 else f"{count} {unit}s"

    def after(self, first: dt.date, times: int = 1) -> dt.date:
        """Return the date this many spans after a first date.

        Months are counted from the first date and clipped to the end of the month, never chained:
        31 October, 30 November, 31 December, 31 January, 28 February.
        """
        if not self.months:
            return first + dt.timedelta(days=self.days * times)
        months = first.year * _MONTHS_IN_YEAR + first.month - 1 + self.months * times
        year, month = divmod(months, _MONTHS_IN_YEAR)
        last = calendar.monthrange(year, month + 1)[1]
        return dt.date(year, month + 1, min(first.day, last))

    def shortest_days(self) -> int:
        """Return the fewest days it can last (28 for a month)."""
        return self.days or 28 * self.months


def _span(value: Any) -> Any:
    return Span.parse(value) if isinstance(value, str) else value


def _written(value: object) -> object:
    # Where a length may also be a choice, pydantic hands both to the first that it finds.
    return str(value) if isinstance(value, Span) else value


SpanText = Annotated[
    Span,
    BeforeValidator(_span),
    PlainSerializer(_written),
    WithJsonSchema({"type": "string", "description": "28 days, 4 weeks or 1 month"}),
]
