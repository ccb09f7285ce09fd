"""Plans that have no days of their own, however empty the ward is: a person decides each."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from schedules.cohort.bookings import Booking
from schedules.cohort.dates import DateFinder, Question, Refusal

_EFFORT = 5.0
_LEFT = "it is left as it stands"


def find_no_way(question: Question, refused: Sequence[Refusal]) -> Mapping[str, tuple[str, ...]]:
    """Return the plans for which there are no dates, each with the reasons that leave none.

    Args:
        question: the visits of all.
        refused: the days that the course of a plan does not take.
    """
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, booking in enumerate(question.bookings):
        numbers[booking.name].append(number)
    found: dict[str, tuple[str, ...]] = {}
    for name, own in numbers.items():
        finder = DateFinder(_alone(question, own))
        for days, why in refused:
            if days.keys() <= set(own):
                finder.learn_refusal({own.index(number): day for number, day in days.items()}, why)
        if finder.find(_EFFORT, 1).impossible:
            found[name] = tuple(finder.why_impossible())
    return found


def _alone(question: Question, own: Sequence[int]) -> Question:
    """Return the question of one plan; a gap lies between two visits of one plan."""
    new = {number: place for place, number in enumerate(own)}
    gaps = [
        dataclasses.replace(
            gap,
            before=None if gap.before is None else new[gap.before],
            after=None if gap.after is None else new[gap.after],
        )
        for gap in question.gaps
        if {gap.before, gap.after} - {None} <= new.keys()
    ]
    bookings = [question.bookings[number] for number in own]
    return dataclasses.replace(question, bookings=bookings, gaps=gaps)


def leave_standing(bookings: Sequence[Booking], names: Collection[str]) -> list[Booking]:
    """Return the visits, of which those of some plans stay where they stand."""
    return [
        dataclasses.replace(one, days=(one.stands,), why_fixed=_LEFT) if one.name in names else one
        for one in bookings
    ]
