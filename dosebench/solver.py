"""Answers every question of DoseBench in exact fractions; shares no code with any program.

``solve`` takes the question of an item and returns its answer: amounts as fractions, dates as
text. A question that has no one answer raises ``RefusedError``.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

from dosebench.clock import instant
from dosebench.reading import (
    BODIES,
    TIMES,
    UNITS,
    amount,
    body,
    date,
    minutes,
    number_and_unit,
    of_kind,
    refuse,
    span,
)

Question = Mapping[str, Any]
Answer = dict[str, Any]

_TALLEST_INDEX = 250  # kg/m2: whoever has more has height and weight exchanged
_ROOT_DIGITS = 10**40


def solve(question: Question) -> Answer:
    """Return the answer to a question, or raise ``RefusedError``."""
    return ASKS[question["ask"]](question)


def dose(ask: Question) -> Answer:
    """Return one dose: by the body, shared among the doses of a day, capped, then rounded."""
    number, unit = number_and_unit("rate", ask["rate"])
    what, *per = unit.split("/")
    if what not in UNITS or per not in ([], ["kg"], ["m2"], ["kg", "day"], ["m2", "day"], ["day"]):
        refuse("rate", f"{unit} is no unit of a dose")
    kind, size = UNITS[what]
    value, square = number * size, Fraction(1)
    if "kg" in per:
        value *= body("weight", ask.get("weight"))
    if "m2" in per:
        square = surface_squared(ask)
    if "day" in per:
        value /= ask.get("doses_a_day") or refuse("doses_a_day", "is missing")
    # The dose is value x root of square; both are exact, and so is each comparison.
    if "cap" in ask:
        cap = of_kind("cap", ask["cap"], kind)
        if value * value * square > cap * cap:
            value, square = cap, Fraction(1)
    if "round_to" in ask:
        step = of_kind("round_to", ask["round_to"], kind)
        value, square = rounded(value / step, square, ask.get("rounding")) * step, Fraction(1)
        if not value:
            refuse("round_to", "leaves nothing of the dose")
        if "cap" in ask and value > of_kind("cap", ask["cap"], kind):
            refuse("round_to", "takes the dose above its cap")
    return {"amount": value * root(square) / size, "unit": what}


def surface_squared(ask: Question) -> Fraction:
    """Return the square of the body surface in m2: as measured, or height x weight / 3600."""
    if "bsa" in ask:
        return body("surface", ask["bsa"]) ** 2
    if ask.get("surface") != "mosteller":
        refuse("surface", "no formula of the body surface is named")
    kg, cm = body("weight", ask.get("weight")), body("height", ask.get("height"))
    if kg / (cm / 100) ** 2 > _TALLEST_INDEX:
        refuse("height", "height and weight look exchanged")
    return kg * cm / 3600


def rounded(ticks: Fraction, square: Fraction, rule: object) -> int:
    """Return ticks x root of square as a whole number: ``nearest`` takes a half up."""
    if rule == "nearest":
        # floor(x + 1/2) is floor((floor(2x) + 1) / 2)
        return (floor_of_root(4 * ticks * ticks * square) + 1) // 2
    down = floor_of_root(ticks * ticks * square)
    if rule == "down":
        return down
    if rule == "up":
        return down + (down * down != ticks * ticks * square)
    refuse("rounding", f"{rule!r} is no rule of rounding")


def floor_of_root(square: Fraction) -> int:
    """Return the whole part of a square root, exactly."""
    return isqrt(square.numerator // square.denominator)


def root(square: Fraction) -> Fraction:
    """Return a square root to forty digits; exactly where it is a fraction."""
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if (top * top, bottom * bottom) == (square.numerator, square.denominator):
        return Fraction(top, bottom)
    scaled = square * _ROOT_DIGITS**2
    return Fraction(isqrt(scaled.numerator // scaled.denominator), _ROOT_DIGITS)


def deal(ask: Question) -> Answer:
    """Return a total as doses of whole steps, the larger ones first."""
    kind, total = amount("total", ask["total"])
    ticks = total / of_kind("step", ask["step"], kind)
    if ticks.denominator != 1:
        refuse("total", "is no whole number of steps")
    each, more = divmod(int(ticks), ask["doses"])
    step, unit = number_and_unit("step", ask["step"])
    return {"amounts": [(each + (n < more)) * step for n in range(ask["doses"])], "unit": unit}


def taper(ask: Question) -> Answer:
    """Return the doses of a taper after the first: the last step of a stretch may be shorter."""
    kind, now = amount("from", ask["from"])
    _, unit = number_and_unit("from", ask["from"])
    doses = []
    for stretch in ask["steps"]:
        by = of_kind("by", stretch["by"], kind)
        end = of_kind("to", stretch["to"], kind) if "to" in stretch else Fraction(0)
        while now > end:
            now = max(now - by, end)
            if now:
                doses.append(now / UNITS[unit][1])
    return {"amounts": doses, "unit": unit}


def band(ask: Question) -> Answer:
    """Return the dose of the band that holds a dose or a weight: from its start, below its end."""
    by_weight = ask["measured"].endswith(" kg")

    def value(text: str) -> Fraction:
        return body("weight", text) if by_weight else of_kind("measured", text, "mass")

    measured = value(ask["measured"])
    for start, end, given in ask["bands"]:
        if value(start) <= measured < value(end):
            number, unit = number_and_unit("dose", given)
            return {"amount": number, "unit": unit}
    refuse("measured", f"no band holds {ask['measured']}")


def volume(ask: Question) -> Answer:
    """Return the volume that holds a dose: 700 mg of 10 mg/mL are 70 mL."""
    kind, given = amount("dose", ask["dose"])
    return {"amount": given / strength(ask, kind), "unit": "mL"}


def strength(ask: Question, kind: str) -> Fraction:
    """Return how much of a kind is in one mL."""
    if "concentration" not in ask:
        refuse("concentration", "is missing: a dose an hour is no volume an hour")
    number, unit = number_and_unit("concentration", ask["concentration"])
    what, _, per = unit.partition("/")
    if UNITS.get(what, ("",))[0] != kind or per != "mL":
        refuse("concentration", f"{ask['concentration']} does not hold the drug")
    return number * UNITS[what][1]


def rate(ask: Question) -> Answer:
    """Return a rate as another: mcg/kg/min as mL/h, mL/h as mg/h, drops a minute as mL/h."""
    kind, each_minute = per_minute(ask, "rate", *number_and_unit("rate", ask["rate"]))
    to_kind, one = per_minute(ask, "in", Fraction(1), ask["in"])
    return {"amount": in_ml(ask, kind, each_minute) / in_ml(ask, to_kind, one), "unit": ask["in"]}


def per_minute(ask: Question, field: str, number: Fraction, unit: str) -> tuple[str, Fraction]:
    """Return what runs in each minute, for the whole body."""
    what, *per = unit.split("/")
    if what not in UNITS or not per or per[-1] not in TIMES or per[:-1] not in ([], ["kg"], ["m2"]):
        refuse(field, f"{unit} is no unit of a rate")
    kind, size = UNITS[what]
    value = number * size / TIMES[per[-1]]
    for unit_of_body in per[:-1]:
        of_body = BODIES[unit_of_body][0]
        value *= body(of_body, ask.get({"surface": "bsa"}.get(of_body, of_body)))
    return kind, value


def in_ml(ask: Question, kind: str, value: Fraction) -> Fraction:
    """Return an amount of what runs in as a volume."""
    if kind == "volume":
        return value
    if kind == "drops":
        if "drops_per_ml" not in ask:
            refuse("drops_per_ml", "is missing")
        return value / Fraction(ask["drops_per_ml"])
    return value / strength(ask, kind)


def infusion(ask: Question) -> Answer:
    """Return the minutes from the start to the end of each rate, the last with the empty bag."""
    kind, given = amount("dose", ask["dose"])
    bag = of_kind("volume", ask["volume"], "volume")
    now, left, ends = Fraction(0), bag, []
    for one in ask["rates"]:
        rate_kind, each = per_minute(ask, "rate", *number_and_unit("rate", one["rate"]))
        if rate_kind not in (kind, "volume"):
            refuse("rate", f"{one['rate']} is no rate of {ask['dose']}")
        flow = each if rate_kind == "volume" else each * bag / given
        lasts = min(left / flow, minutes("for", one["for"]) if "for" in one else left / flow)
        now, left = now + lasts, left - lasts * flow
        ends.append(now)
        if not left:
            return {"amounts": ends, "unit": "min"}
    refuse("rates", "end before the bag is empty")


def total(ask: Question) -> Answer:
    """Return the total of a course, which has to be the one that is written beside its dose."""
    kind, each = amount("dose", ask["dose"])
    _, unit = number_and_unit("dose", ask["dose"])
    if each * ask["doses"] != of_kind("per_course", ask["per_course"], kind):
        refuse("dose", f"{ask['dose']} x {ask['doses']} is not {ask['per_course']}")
    return {"amount": each * ask["doses"] / UNITS[unit][1], "unit": unit}


def course(ask: Question) -> Answer:
    """Return the dates of a course after its changes, and the doses where one is stated."""
    count, unit = span(ask["every"])
    first, days = date(ask["first"]), ask.get("days", [1])
    places = [(cycle, day) for cycle in range(1, ask["cycles"] + 1) for day in days]
    on = {
        (cycle, day): later(first, count * (cycle - 1), unit) + dt.timedelta(days=day - 1)
        for cycle, day in places
    }
    each = None if "dose" not in ask else number_and_unit("dose", ask["dose"])
    shares = dict.fromkeys(places, Fraction(1))
    for change in ask.get("changes", ()):
        for place in touched(change, places):
            match change["change"]:
                case "defer":
                    on[place] += dt.timedelta(days=change["by_days"])
                case "adjust":
                    shares[place] = Fraction(change["percent"], 100)
                case _:
                    del on[place]
        places = [place for place in places if place in on]
    order = sorted(places, key=lambda place: on[place])
    answer: Answer = {"dates": [on[place].isoformat() for place in order]}
    if each is not None:
        answer |= {"amounts": [each[0] * shares[place] for place in order], "unit": each[1]}
    return answer


def later(first: dt.date, count: int, unit: str) -> dt.date:
    """Return a date so much later; months are counted from the first date, and clipped."""
    if unit == "day":
        return first + dt.timedelta(days=count)
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return dt.date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))


def touched(change: Question, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the doses that a change reaches: one day, the rest of its cycle, or all later."""
    start = (change["cycle"], change["day"])
    if start not in places:
        refuse("changes", f"cycle {start[0]} day {start[1]} is no dose")
    match change["scope"]:
        case "this day":
            return [start]
        case "this cycle":
            return [place for place in places if place >= start and place[0] == start[0]]
    return [place for place in places if place >= start]


def instants(ask: Question) -> Answer:
    """Return doses at a clock time in UTC; a time that is skipped or comes twice is refused."""
    answer = course(ask)
    moments = [instant(date(day), ask["at"], ask["zone"]) for day in answer["dates"]]
    return {"instants": [f"{moment:%Y-%m-%dT%H:%M}Z" for moment in moments]}


ASKS: dict[str, Callable[[Question], Answer]] = {
    ask.__name__: ask
    for ask in (dose, deal, taper, band, volume, rate, infusion, total, course, instants)
}
