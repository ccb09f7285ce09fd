"""What a schedule is asked for, as it was typed on a page or in a terminal."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from dosing.errors import Problems, refuse
from schedules.cohort.demand import Days
from schedules.cohort.moves import Decision
from schedules.cohort.schedule import ScheduleOrder
from schedules.knowledge.capacity import MOST, Capacity
from schedules.knowledge.library import Library
from schedules.plans.patient_reading import read_date
from schedules.plans.wrong_values import make_of

_DAY = dt.timedelta(days=1)
_LENGTH = dt.timedelta(days=27)
_LONGEST = dt.timedelta(days=366)
_GREATEST_EFFORT = 3600
EFFORT = "8"
# What site.yaml states, and may be stated for once: the word for it, and its name there.
_OF_SITE = {
    "chairs": "chairs",
    "nurses": "nurses",
    "watches": "watches",
    "pharmacy": "pharmacy_per_hour",
    "overtime": "overtime",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TypedOrder:
    """What was typed; an empty text states nothing.

    ``not_before`` has a day for each drug, ``room`` what there is in the place of what site.yaml
    states: chairs, nurses, watches, pharmacy, overtime; ``staying`` names plans that stay as they
    stand.
    """

    first: str = ""
    last: str = ""
    closed: Sequence[str] = ()
    not_before: Mapping[str, str] = dataclasses.field(default_factory=dict)
    room: Mapping[str, str] = dataclasses.field(default_factory=dict)
    staying: Collection[str] = ()
    effort: str = EFFORT


def read_order(
    typed: TypedOrder, library: Library, decision: Decision, workers: int = 1
) -> ScheduleOrder:
    """Return what a schedule is asked for; nobody moves on the day of the decision itself.

    Raises:
        InputError: with everything that is wrong.
    """
    problems = Problems()
    between = problems.reading(_period, typed, decision.when.date())
    own = [problems.reading(read_date, text, "closed") for text in typed.closed]
    late = {}
    for drug, text in typed.not_before.items():
        problems.reading(library.drug, drug)
        late[drug] = problems.reading(read_date, text, "not-before")
    capacity = problems.reading(_capacity, typed.room, library.site.capacity)
    effort = problems.reading(_effort, typed.effort)
    closed = library.site.closed
    days = [*closed.own, *(day for day in own if day is not None)]
    return ScheduleOrder(
        between=problems.settled(between),
        capacity=problems.settled(capacity),
        closed=closed.model_copy(update={"own": days}),
        decision=decision,
        not_before={drug: day for drug, day in late.items() if day is not None},
        staying=frozenset(typed.staying),
        effort=problems.settled(effort),
        workers=workers,
    )


def _period(typed: TypedOrder, today: dt.date) -> Days:
    """Return the days between which visits may move: not today, whose people are on their way."""
    problems = Problems()
    begins = problems.reading(read_date, typed.first, "from") if typed.first else today + _DAY
    ends = problems.reading(read_date, typed.last, "to") if typed.last else None
    begins = problems.settled(begins)
    ends = ends or begins + _LENGTH
    if ends < begins:
        refuse("to", typed.last, why="is before the first day", write=f"{begins} or later")
    if ends - begins > _LONGEST:
        write = f"{begins + _LONGEST} or earlier"
        refuse("to", typed.last, why="is more than a year after the first day", write=write)
    return Days(begins, ends)


def _capacity(room: Mapping[str, str], of_site: Capacity | None) -> Capacity:
    """Return what the site states, with what was typed for once in its place."""
    if of_site is None:
        accepted = "state chairs, nurses, hours and the rest there, as its example does"
        refuse("capacity", "", why="is missing in site.yaml", accepted=accepted)
    problems = Problems()
    values = of_site.model_dump()
    for word, field in _OF_SITE.items():
        text = room.get(word, "")
        if not text:
            continue
        if field == "overtime":
            values[field] = text
        elif text.isascii() and text.isdecimal() and 1 <= int(text[: len(str(MOST)) + 1]) <= MOST:
            values[field] = int(text)
        else:
            problems.add(word, text, why="is no such number", write=f"1 to {MOST}")
    own = "or leave it out for that of site.yaml"
    capacity: Capacity | None = problems.reading(make_of, Capacity, values, "capacity", own)
    return problems.settled(capacity)


def _effort(text: str) -> float:
    try:
        effort = float(text)
    except ValueError:
        effort = 0.0
    if not 0 < effort <= _GREATEST_EFFORT:
        refuse("effort", text, why="is no effort that is taken", write="60, and at most 3600")
    return effort
