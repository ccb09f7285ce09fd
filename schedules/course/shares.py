"""What a dose takes from its medicine: how long it lasts, and its share of a total."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import repeat

from dosing.units import MINUTE, in_unit
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Procedure

_TWO_DAYS = 2


def lengths_of(medicine: Medicine | Procedure) -> Iterator[dt.timedelta]:
    """Yield the length of the first, then without an end that of each later one."""
    yield length_of(medicine, first=True)
    yield from repeat(length_of(medicine, first=False))


def dealt_of(
    medicine: Medicine, day: tuple[int, int], time: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the position of a dose among those over which a total is dealt, and their number.

    Args:
        medicine: its rounding says over what.
        day: the position of the day in its cycle, and the number of its days.
        time: the position of the time of day, and the number of times.
    """
    match medicine.round.over if medicine.round else "dose":
        case "cycle":
            return day
        case "day":
            return time
        case "2 days":
            return day[0] % _TWO_DAYS * time[1] + time[0], _TWO_DAYS * time[1]
    return None


def length_of(medicine: Medicine | Procedure, *, first: bool) -> dt.timedelta:
    """Return for how long it is booked, the first time or later; nothing where it is not."""
    if medicine.booked is None:
        return dt.timedelta()
    booked = medicine.booked.first if first else medicine.booked.later
    return dt.timedelta(minutes=float(in_unit(booked, MINUTE, "booked")))
