"""How much of a drug was given in its time, as a share of what was planned: its dose intensity."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from dosing.trace import Source
from dosing.units import Quantity, Unit, in_unit, quantity
from schedules.course.course import Course
from schedules.course.rows import Administration

_CLEAN = 9
# The page of OncoLink was read; how the time is counted, from first to last dose, is stated below.
SOURCE = Source(
    cite="Relative Dose Intensity, OncoLink (University of Pennsylvania), 11 November 2005: the "
    "amount given over a specific time in relation to what was ordered",
    confirmed=True,
)
DEFINITION = (
    "Relative dose intensity: the amount recorded as given, divided by the days from the first to "
    "the last dose given, as a share of the same of the course as it was first planned up to that "
    "dose. A delay, a lower dose and one that was left out each lower it."
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """What was given of a drug in so many days, and what was planned up to the same dose."""

    drug: str
    name: str
    given: Quantity
    given_days: int
    planned: Quantity
    planned_days: int

    @property
    def percent(self) -> float:
        """Return the relative dose intensity in percent."""
        share = self.given.magnitude / self.planned.magnitude
        return float(100 * share * self.planned_days / self.given_days)


def intensities(course: Course) -> tuple[Intensity, ...]:
    """Return the relative intensity of each drug of which two doses or more were given.

    One dose has no time. A drug that was not in the course as it was first planned has nothing to
    be compared with.
    """
    return tuple(_intensities(course))


def _intensities(course: Course) -> Iterator[Intensity]:
    first = course.state(0)
    given = [row for row in course.rows if row.state == "given"]
    for drug in dict.fromkeys(row.drug for row in given):
        own = [row for row in given if row.drug == drug]
        planned = _up_to(own[-1].id, [row for row in first.rows if row.drug == drug])
        if not _days(own) or not _days(planned):
            continue
        unit = own[0].dose.amount.units
        yield Intensity(
            drug=drug,
            name=own[0].drug_name,
            given=quantity(_sum(own, unit), unit),
            given_days=_days(own),
            planned=quantity(_sum(planned, unit), unit),
            planned_days=_days(planned),
        )


def _up_to(last: str, rows: Sequence[Administration]) -> Sequence[Administration]:
    """Return the rows up to one of them; none where it is not there."""
    ids = [row.id for row in rows]
    return rows[: ids.index(last) + 1] if last in ids else []


def _days(rows: Sequence[Administration]) -> int:
    dates: list[dt.date] = [row.date for row in rows]
    return (max(dates) - min(dates)).days if dates else 0


def _sum(rows: Sequence[Administration], unit: Unit) -> float:
    return round(sum(float(in_unit(row.dose.amount, unit, "dose")) for row in rows), _CLEAN)
