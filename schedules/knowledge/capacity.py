"""How many people a day unit can see: chairs, nurses, pharmacy, opening hours; what a move costs.

It is stated in ``site.yaml`` for ``posology schedule`` and has no defaults. A plan keeps no copy of
it: how many chairs there are changes no dose.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from dosing.drugs.file_model import FileModel
from dosing.errors import InputError
from dosing.units import MINUTE, duration, in_unit

Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
# Visits begin a whole number of quarters of an hour after the unit opens.
STEP = dt.timedelta(minutes=15)
HOUR = dt.timedelta(hours=1)
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]) to ([01][0-9]|2[0-3]):([0-5][0-9])")
_EXAMPLE = "write 08:00 to 18:00"
MOST = 1_000

Count = Annotated[int, Field(ge=1, le=MOST)]
Weight = Annotated[int, Field(ge=0, le=MOST)]


@dataclasses.dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a unit opens and closes on one day."""

    opens: dt.time
    closes: dt.time

    @classmethod
    def read(cls, text: str) -> OpeningHours:
        """Read 08:00 to 18:00.

        Raises:
            ValueError: if it is not two clock times, the later one last.
        """
        match = _HOURS.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text[:40]}" are no opening hours; {_EXAMPLE}')
        opens, closes = (dt.time(int(match[n]), int(match[n + 1])) for n in (1, 3))
        if _since_midnight(closes) - _since_midnight(opens) < STEP:
            raise ValueError(f'"{text}" ends before it begins; {_EXAMPLE}')
        return cls(opens, closes)

    @property
    def steps(self) -> int:
        """Return how many quarters of an hour it is open."""
        return (_since_midnight(self.closes) - _since_midnight(self.opens)) // STEP


class MoveCost(FileModel):
    """What moving costs, in points: a schedule with fewer is proposed.

    ``day`` counts for each day by which a visit leaves the day on which it stands; ``weekday``
    where it comes to another weekday; ``other_day`` where it is not on the day that its regimen
    plans.
    """

    day: Weight
    weekday: Weight
    other_day: Weight
    overtime_hour: Weight


class Capacity(FileModel):
    """What a day unit has. A nurse starts one visit after another, and watches several.

    ``start`` is how long a nurse is with one person at the beginning of a visit, and starts no
    other; ``watches`` how many people one nurse has at one time. ``pharmacy_per_hour`` is the
    number of doses that can be prepared in an hour. A weekday without ``hours`` is closed;
    ``overtime`` is the longest time after closing.
    """

    chairs: Count
    nurses: Count
    start: str
    watches: Count
    pharmacy_per_hour: Count
    hours: dict[Weekday, str] = Field(min_length=1)
    overtime: str
    cost: MoveCost

    @field_validator("start", "overtime")
    @classmethod
    def _length_reads(cls, text: str) -> str:
        if text != "none":
            try:
                duration(text, "length")
            except InputError as error:
                raise ValueError(f"{error}, or none") from None
        return text

    @field_validator("hours")
    @classmethod
    def _hours_read(cls, hours: dict[Weekday, str]) -> dict[Weekday, str]:
        for text in hours.values():
            OpeningHours.read(text)
        return hours

    @model_validator(mode="after")
    def _ends_on_its_day(self) -> Capacity:
        late = max(_since_midnight(OpeningHours.read(text).closes) for text in self.hours.values())
        if late + self.longest_overtime >= dt.timedelta(days=1):
            raise ValueError(f'overtime "{self.overtime}" passes midnight; write a shorter one')
        return self

    @property
    def longest_overtime(self) -> dt.timedelta:
        """Return the longest time after closing."""
        return _length(self.overtime)

    @property
    def start_steps(self) -> int:
        """Return for how many quarters of an hour a nurse is with one person at the beginning."""
        return steps_of(_length(self.start))

    def hours_on(self, day: dt.date) -> OpeningHours | None:
        """Return when the unit is open on a day; None where its weekday has no hours."""
        text = self.hours.get(WEEKDAYS[day.weekday()])
        return None if text is None else OpeningHours.read(text)


def steps_of(length: dt.timedelta) -> int:
    """Return how many quarters of an hour hold a length of time."""
    return -(-length // STEP)


def _length(text: str) -> dt.timedelta:
    if text == "none":
        return dt.timedelta()
    return dt.timedelta(minutes=float(in_unit(duration(text, "length"), MINUTE, "length")))


def _since_midnight(time: dt.time) -> dt.timedelta:
    return dt.timedelta(hours=time.hour, minutes=time.minute)
