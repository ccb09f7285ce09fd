"""The hospital's own choices, from site.yaml: zone, clock times, tolerance, calendar form."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from dosing.drug import FileModel
from dosing.errors import InputError, Problem
from dosing.units import duration

_CLOCK = "%H:%M"


@functools.cache
def _zones() -> frozenset[str]:
    """Give the names of all zones: asking takes 13 ms, ten times a whole course."""
    return frozenset(available_timezones())


class CalendarChoice(FileModel):
    """How a course is written to a calendar unless the person chooses otherwise."""

    oral: Literal["each", "run"]
    times: Literal["utc", "zone"]
    alarm: str

    @field_validator("alarm")
    @classmethod
    def _alarm_reads(cls, text: str) -> str:
        if text != "none":
            try:
                duration(text, "alarm")
            except InputError as error:
                raise ValueError(f"{error}, or none") from None
        return text


class Site(FileModel):
    """What the hospital decided once for all plans. There are no defaults behind it.

    Without ``weight_valid_days`` the site has no rule on how old a weight may be.
    """

    name: str
    zone: str
    times: dict[str, str] = Field(min_length=1)
    rounding_tolerance_percent: float = Field(gt=0, le=100, strict=False)
    calendar: CalendarChoice
    weight_valid_days: int | None = Field(default=None, ge=1)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        if name not in _zones():
            raise ValueError(f'"{name}" is not a time zone; write Europe/London')
        return name

    @field_validator("times")
    @classmethod
    def _times_read(cls, times: dict[str, str]) -> dict[str, str]:
        for text in times.values():
            read_clock(text)
        return times


def read_clock(text: str) -> dt.time:
    """Read a clock time such as 09:00.

    Raises:
        ValueError: if it is not hours and minutes of a 24-hour clock.
    """
    try:
        return dt.datetime.strptime(text, _CLOCK).time()  # noqa: DTZ007 - a wall-clock time has no zone
    except ValueError:
        raise ValueError(f'"{text}" is not a clock time; write 09:00') from None


def read_zone(name: str, field: str = "zone") -> ZoneInfo:
    """Read the name of a time zone.

    Raises:
        InputError: if there is no such zone.
    """
    if name not in _zones():
        raise InputError(
            Problem(field=field, typed=name, why="is not a time zone",
                    accepted="write a name such as Europe/London")
        )  # fmt: skip
    return ZoneInfo(name)
