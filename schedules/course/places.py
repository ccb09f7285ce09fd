"""The places of a course ("taper cycle 3 day 1"): how one is found, what a change there touches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from dosing.errors import refuse
from schedules.course.rows import Dated
from schedules.plans.changes import Scope
from schedules.plans.patient_entry import read_date

_PLACE = re.compile(r"(?:course ([0-9]+),? )?(?:([a-z][a-z0-9 -]*?) )?cycle ([0-9]+) day ([0-9]+)")
_NAMED = 3
D = TypeVar("D", bound=Dated)


def find(text: str, dated: Iterable[D], field: str = "from") -> D:
    """Return the first dose, procedure or review of a place.

    Args:
        text: "cycle 2 day 1", "taper cycle 3 day 1", "course 2, cycle 1 day 1" or a date.
        dated: everything in the course.
        field: what to call it in an error.

    Raises:
        InputError: if it is not there, or could mean two places; the error names those it could be.
    """
    everything = sorted(dated, key=lambda d: (d.date, d.time, d.id))
    match = _PLACE.fullmatch(text.strip())
    if match:
        course, phase, cycle, day = match[1], match[2], int(match[3]), int(match[4])
        fitting = [
            d
            for d in everything
            if (d.cycle, d.day) == (cycle, day)
            and phase in (None, d.phase)
            and course in (None, str(d.course_number))
        ]
    else:
        day_meant = read_date(text, field)
        fitting = [d for d in everything if d.date == day_meant]
    places = list(dict.fromkeys(d.place for d in fitting))
    if len(places) == 1:
        return fitting[0]
    if places:
        refuse(field, text, why="could mean several places", write=f"one of: {'; '.join(places)}")
    known = list(dict.fromkeys(d.place for d in everything))
    some = "; ".join(known[:_NAMED]) + (f" ... {known[-1]}" if len(known) > _NAMED else "")
    refuse(
        field, text, why="is no place of this course", write=f"a place or a date, such as {some}"
    )


def touched(dated: Sequence[D], at: str, scope: Scope) -> Mapping[str, D]:
    """Return what a change of this scope touches, by id; what was given or left out stays.

    Raises:
        InputError: if the place is not there, or was given or left out already.
    """
    target = find(at, dated)
    if target.state != "planned":
        refuse(
            "from",
            at,
            why=f"cannot be changed: it is {target.state}",
            accepted="name a dose that is still planned",
        )

    def at_or_after(d: Dated) -> bool:
        return d.date >= target.date or d.place == target.place

    within: dict[Scope, Callable[[Dated], bool]] = {
        "this day": lambda d: d.place == target.place,
        "this cycle": lambda d: (
            (d.phase, d.cycle) == (target.phase, target.cycle) and at_or_after(d)
        ),
        "later": at_or_after,
    }
    return {
        d.id: d
        for d in dated
        if d.course_number == target.course_number and d.state == "planned" and within[scope](d)
    }
