"""The places of a course ("taper cycle 3 day 1"): how one is found, what a change there touches."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn, TypeVar

from dosing.errors import InputError, refuse
from schedules.course.rows import Dated
from schedules.plans.changes import Scope
from schedules.plans.patient_reading import read_date

_PLACE = re.compile(
    r"(?:course (?P<course>[0-9]+),? )?(?:(?!cycle [0-9])(?P<phase>[a-z][a-z0-9 -]*?) )?"
    r"(?:cycle (?P<cycle>[0-9]+) )?day (?P<day>[0-9]+)"
)
_ENDS = re.compile(r"\bday ([0-9]+)\Z")
# Up to this many places, and days of a cycle, are named one by one; more are put together.
_FEW_PLACES = 6
_FEW_DAYS = 6
# From this many on, numbers that follow each other are written "1 to 3".
_A_RUN = 3
# Of many days, this many are written before the dots.
_BEGINNING = 3
D = TypeVar("D", bound=Dated)


def find(text: str, dated: Iterable[D], field: str = "from") -> D:
    """Return the first dose, procedure or review of a place.

    Args:
        text: "cycle 2 day 1", "taper cycle 3 day 1", "course 2, cycle 1 day 1" or a date; "day 8"
            where only one place has that day.
        dated: everything in the course.
        field: what to call it in an error.

    Raises:
        InputError: if it is not there, or could mean two places; the error names the places.
    """
    everything = list(dated)
    fitting = _fitting(text.strip(), everything, field)
    if not fitting:
        _refuse_place(text, everything, field)
    first = min(fitting, key=_in_time)
    if not all(first.stands_with(d) for d in fitting):
        named = name_places(sorted(fitting, key=_in_time))
        refuse(field, text, why="could mean several places", write=f"one of: {named}")
    return first


def _in_time(dated: Dated) -> tuple[dt.date, dt.time, str]:
    return dated.date, dated.time, dated.id


def _fitting(text: str, everything: Sequence[D], field: str) -> list[D]:
    exactly = exactly_at(text, everything)
    if exactly:
        return exactly
    match = _PLACE.fullmatch(text)
    if match:
        return [d for d in everything if _fits(d, match)]
    if not text[:1].isdigit():  # a date begins with a number
        _refuse_place(text, everything, field)
    try:
        date = read_date(text, field)
    except InputError as error:
        named = f", or one of: {name_places(sorted(everything, key=_in_time))}"
        raise InputError(
            *(dataclasses.replace(p, accepted=p.accepted + named) for p in error.problems)
        ) from None
    return [d for d in everything if d.date == date]


def exactly_at(text: str, dated: Iterable[D]) -> list[D]:
    """Return what has a place whose words are written out in full; nothing for a date."""
    ends = _ENDS.search(text)
    day = int(ends[1]) if ends else None
    return [d for d in dated if d.day == day and d.place == text]


def _fits(dated: Dated, place: re.Match[str]) -> bool:
    numbers = {"course": dated.course_number, "cycle": dated.cycle, "day": dated.day}
    return place["phase"] in (None, dated.phase) and all(
        place[part] is None or int(place[part]) == number for part, number in numbers.items()
    )


def _refuse_place(text: str, everything: Sequence[Dated], field: str) -> NoReturn:
    refuse(
        field,
        text,
        why="is not a place in this course" if text else "is missing",
        write=f"a date or one of: {name_places(sorted(everything, key=_in_time))}",
    )


def name_places(dated: Iterable[Dated]) -> str:
    """Name places in words: one by one if they are few, else as "pulses cycle 1 to 6 day 1, 8"."""
    everything = list(dated)
    places = list(dict.fromkeys(d.place for d in everything))
    return "; ".join(places if len(places) <= _FEW_PLACES else _together(everything))


def _together(dated: Iterable[Dated]) -> Iterator[str]:
    """Put cycles that follow each other and have the same days into one phrase."""
    days: dict[tuple[str, int], set[int]] = {}
    for d in dated:
        head = d.place.removesuffix(f"cycle {d.cycle} day {d.day}")
        days.setdefault((head, d.cycle), set()).add(d.day)
    heads: dict[tuple[str, str], list[int]] = {}
    for (head, cycle), own in days.items():
        heads.setdefault((head, _numbers(sorted(own))), []).append(cycle)
    for (head, numbers), cycles in heads.items():
        yield f"{head}cycle {_numbers(sorted(cycles))} day {numbers}"


def _numbers(numbers: Sequence[int]) -> str:
    """Write rising numbers in short: "1 to 5, 8", or "1, 3, 5 ... 29" where there are many."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    pieces: list[str] = []
    for run in runs:
        pieces += [f"{run[0]} to {run[-1]}"] if len(run) >= _A_RUN else [str(n) for n in run]
    if len(pieces) <= _FEW_DAYS:
        return ", ".join(pieces)
    return f"{', '.join(pieces[:_BEGINNING])} ... {numbers[-1]}"


def touched(dated: Sequence[D], at: str, scope: Scope) -> Sequence[D]:
    """Return what a change of this scope touches; what was given or left out stays.

    Raises:
        InputError: if the place is not there, or was given or left out already.
    """
    planned = [d for d in dated if d.state == "planned"]
    return touched_from(find(at, dated), planned, at, scope)


def touched_from(
    target: Dated,
    planned: Sequence[D],
    at: str,
    scope: Scope,
    moved_to: Mapping[str, dt.date] = MappingProxyType({}),
    became: Collection[str] = (),
) -> Sequence[D]:
    """Return what a change touches from the first dose, procedure or review of its place on.

    Args:
        target: the first of the place.
        planned: everything in the course that was planned when it was laid out.
        at: how the change names the place.
        scope: how far it reaches.
        moved_to: where those stand now that do not stand on their date any more, by their ids.
        became: the ids of those that were given or left out since.

    Raises:
        InputError: if it was given or left out already.
    """
    if target.state != "planned":
        refuse(
            "from",
            at,
            why=f"cannot be changed: it is {target.state}",
            accepted="name a dose that is still planned",
        )

    day, first, course = target.day, target.date, target.course_number
    if scope == "this day":
        chosen = [d for d in planned if d.day == day and d.stands_with(target)]
        return [d for d in chosen if d.id not in became]
    # What goes with it may take place on the day before.
    chosen = [
        d
        for d in planned
        if d.id not in became
        and (
            (moved_to.get(d.id, d.date) >= first and d.course_number == course)
            or (d.day == day and d.stands_with(target))
        )
    ]
    if scope == "this cycle":
        cycle = (target.phase, target.cycle)
        chosen = [d for d in chosen if (d.phase, d.cycle) == cycle]
    return chosen
