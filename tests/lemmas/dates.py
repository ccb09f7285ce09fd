"""Months that are clipped, gaps and windows, and the hours that a clock change skips or repeats."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import z3

from tests.lemmas.claim import Claim, lemma, whole
from tests.lemmas.models import days_in, distance, least, months_later, to_weekday


def _date() -> tuple[Any, Any, Any, list[Any]]:
    """Return year, month and day of any date of the calendar, and that it is one."""
    year, month, day = whole("year month day")
    real = [year >= 1900, month >= 1, month <= 12, day >= 1, day <= days_in(year, month)]
    return year, month, day, real


_FROM = "A course from {year}-{month}-{day} on has, {months} months later, "


@lemma("A date some months later is on the calendar.", mistake="the day is not clipped")
def month_later_is_a_date(broken: bool) -> Claim:
    year, month, day, given = _date()
    (months,) = whole("months")
    then = months_later(year, month, day, months)
    found = day if broken else then[2]
    return Claim(
        given=[*given, months >= 0],
        holds=z3.And(found >= 1, found <= days_in(then[0], then[1])),
        patient=_FROM + "a dose on day {found} of month {then}.",
        shown={"year": year, "month": month, "day": day, "months": months}
        | {"found": found, "then": then[1]},
        likely=[months <= 12],
    )


@lemma(
    "A later month comes back to the first day where it has it: months are never chained.",
    mistake="counted on from the month before",
)
def months_are_never_chained(broken: bool) -> Claim:
    year, month, day, given = _date()
    one = months_later(year, month, day, 1)
    two = months_later(*one, 1) if broken else months_later(year, month, day, 2)
    return Claim(
        given=[*given, day <= days_in(two[0], two[1])],
        holds=two[2] == day,
        patient="A course from {year}-{month}-{day} on has its third dose on day {third} of month "
        "{then}.",
        shown={"year": year, "month": month, "day": day, "third": two[2], "then": two[1]},
        likely=[year == 2027],
    )


@lemma("Two monthly doses lie 28 to 31 days apart.", mistake="a skipped month")
def months_are_28_to_31_days(broken: bool) -> Claim:
    year, month, day, given = _date()
    (count,) = whole("count")
    one = months_later(year, month, day, count)
    two = months_later(year, month, day, count + 1)
    # From the day in one month to the day in the next.
    apart = days_in(one[0], one[1]) - one[2] + two[2]
    if broken:
        # As a rule that leaves out what the month lacks.
        apart = z3.If(two[2] == day, apart, apart + 31)
    return Claim(
        given=[*given, count >= 0],
        holds=z3.And(apart >= 28, apart <= 31),
        patient="A patient treated monthly from {year}-{month}-{day} on waits {apart} days.",
        shown={"year": year, "month": month, "day": day, "apart": apart},
        likely=[year == 2027, count == 0],
    )


@lemma("A year later it is the same day, but for 29 February.", mistake="a year is 365 days")
def year_later_is_the_same_day(broken: bool) -> Claim:
    year, month, day, given = _date()
    then = months_later(year, month, day, 12)
    leap_day = z3.And(month == 2, day == 29)
    past_leap_day = z3.And(days_in(year, 2) == 29, month <= 2)
    found = z3.If(past_leap_day, then[2] - 1, then[2]) if broken else then[2]
    return Claim(
        given=[*given, z3.Not(leap_day)],
        holds=z3.And(then[0] == year + 1, then[1] == month, found == day),
        patient="A review a year after {year}-{month}-{day} falls on day {found}.",
        shown={"year": year, "month": month, "day": day, "found": found},
        likely=[year == 2028, day > 1],
    )


@lemma(
    "A clipped day is the last of its month, and loses three days at most.",
    mistake="clipped to day 28 always",
)
def clip_loses_three_days(broken: bool) -> Claim:
    year, month, day, given = _date()
    (months,) = whole("months")
    then = months_later(year, month, day, months)
    found = least(day, 28) if broken else then[2]
    return Claim(
        given=[*given, months >= 0],
        holds=z3.And(
            z3.Or(found == day, found == days_in(then[0], then[1])),
            day - found >= 0,
            day - found <= 3,
        ),
        patient=_FROM + "a dose on day {found}, though the month has {days} days.",
        shown={"year": year, "month": month, "day": day, "months": months}
        | {"found": found, "days": days_in(then[0], then[1])},
        likely=[year == 2027, months == 1],
    )


@lemma(
    "Doses that are put off together keep the gaps between them.",
    mistake="the first is put off, the others stay",
)
def putting_off_keeps_gaps(broken: bool) -> Claim:
    before, first, second, by = whole("before first second by")
    moved = (first + by, second if broken else second + by)
    return Claim(
        given=[before < first, first < second, by > 0],
        holds=z3.And(moved[1] - moved[0] == second - first, moved[0] - before > first - before),
        patient="Put off by {by} days, two doses that stood {gap} days apart stand {now} apart.",
        shown={"by": by, "gap": second - first, "now": moved[1] - moved[0]},
        likely=[second == first + 7, by < 7],
    )


@lemma(
    "A dose that keeps the least gap to its neighbours keeps it to all doses.",
    mistake="only the dose before it is looked at",
)
def neighbours_are_enough(broken: bool) -> Claim:
    days = whole("first second third fourth fifth")
    to, gap = whole("to gap")
    rising = [one < other for one, other in pairwise(days)]
    # Its neighbours are the last dose before it and the first after it.
    after = [
        z3.Implies(one <= to, z3.Or(other <= to, other - to >= gap))
        for one, other in pairwise(days)
    ]
    before = [
        z3.Implies(to < other, z3.Or(to < one, to - one >= gap)) for one, other in pairwise(days)
    ]
    ends = [
        z3.Implies(to < days[0], days[0] - to >= gap),
        z3.Implies(to >= days[-1], to - days[-1] >= gap),
    ]
    nearest_day = days[0]
    for day in days[1:]:
        nearest_day = z3.If(distance(day, to) < distance(nearest_day, to), day, nearest_day)
    return Claim(
        given=[*rising, gap >= 1, *before, *ends, *([] if broken else after)],
        holds=z3.And(*(distance(day, to) >= gap for day in days)),
        patient="A dose moved to day {to} comes {near} days from another; the least gap is {gap}.",
        shown={"to": to, "near": distance(nearest_day, to), "gap": gap},
        likely=[days[0] == 1, gap == 5],
    )


@lemma("A move within its window is no farther than the window.", mistake="early counts as late")
def window_bounds_the_move(broken: bool) -> Claim:
    planned, to, early, late = whole("planned to early late")
    span = late if broken else z3.If(to > planned, late, early)
    allowed = distance(planned, to) <= span
    return Claim(
        given=[early >= 0, late >= 0, allowed],
        holds=z3.And(to <= planned + late, to >= planned - early),
        patient="A dose of day {planned}, at most {early} days early, moves to day {to}.",
        shown={"planned": planned, "early": early, "to": to},
        likely=[planned == 15, early == 1, late == 3],
    )


@lemma("From a weekend the nearest weekday is a day away.", mistake="always on to Monday")
def weekend_moves_a_day(broken: bool) -> Claim:
    (day,) = whole("day")
    weekday = day % 7  # 0 is Monday
    moved = to_weekday(day)
    if broken:
        moved = z3.If(weekday >= 5, 7 - weekday, 0)
    return Claim(
        given=[day >= 0],
        holds=z3.And((day + moved) % 7 <= 4, distance(moved, 0) <= 1),
        patient="A dose on weekday {weekday} (0 is Monday) is moved by {moved} days.",
        shown={"weekday": weekday, "moved": moved},
    )


@lemma(
    "A clock time outside the skipped hour has exactly one instant in spring.",
    mistake="the skipped hour is taken as winter time",
)
def spring_has_one_instant(broken: bool) -> Claim:
    wall, turn, offset = whole("wall turn offset")
    in_winter, in_summer = wall - offset, wall - offset - 60
    right = [in_winter < turn, in_summer >= turn]
    count = sum((z3.If(one, 1, 0) for one in right), 0)
    skipped = z3.And(wall >= turn + offset, wall < turn + offset + 60)
    return Claim(
        given=[z3.BoolVal(True)] if broken else [z3.Not(skipped)],
        holds=count == 1,
        patient="A dose {minutes} minutes after the clock goes forward has {count} instants.",
        shown={"minutes": wall - turn - offset, "count": count},
    )


@lemma(
    "A clock time outside the repeated hour has exactly one instant in autumn.",
    mistake="the repeated hour is taken as it comes",
)
def autumn_has_one_instant(broken: bool) -> Claim:
    wall, turn, offset = whole("wall turn offset")
    in_winter, in_summer = wall - offset, wall - offset - 60
    right = [in_winter >= turn, in_summer < turn]
    count = sum((z3.If(one, 1, 0) for one in right), 0)
    repeated = z3.And(wall >= turn + offset, wall < turn + offset + 60)
    return Claim(
        given=[z3.BoolVal(True)] if broken else [z3.Not(repeated)],
        holds=count == 1,
        patient="A dose {minutes} minutes into the hour that comes twice has {count} instants.",
        shown={"minutes": wall - turn - offset, "count": count},
    )
