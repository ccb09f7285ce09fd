"""Questions that have no one answer, or that no patient can have: the right answer is to refuse."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from typing import Any

_UNCLEAR = (
    ("{n} mg/m", "m is no area"),
    ("{n}", "no unit"),
    ("{n} u/kg", "u is read as a zero"),
    ("{n} ug/kg", "ug is read as mg"),
    ("{n} gr", "grams or grains"),
    ("{n} MG", "mega or milli"),
    ("{n},5 mg/kg", "a comma: a point, or thousands"),
    ("{n},000 mg", "a comma: a point, or thousands"),
    ("{n} mg/kg/week", "a week is no dose"),
    ("{n} mg/kg/dose/day", "a dose or a day"),
    ("{n} ampoules", "of which size"),
    ("{n} tablets", "of which strength"),
    ("{n} mM", "an amount or a concentration"),
    ("{n} %", "of what"),
    (".{n} mg/kg", "the point is overlooked"),
    ("{n}. mg/kg", "the point is overlooked: tenfold"),
    ("-{n} mg", "below zero"),
    ("0 mg/kg", "zero"),
    ("{n} mg/h", "a rate is no dose"),
)


def refusals(chance: random.Random) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield the questions of each kind in turn."""
    makers = (
        *(_units, _sizes, _sizes, _missing, _totals, _rates),
        *(_monthly, _clocks, _tables, _steps),
    )
    for maker in itertools.cycle(makers):
        yield maker(chance)


def _units(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    text, why = chance.choice(_UNCLEAR)
    rate = text.format(n=chance.randint(2, 99))
    weight = f"{chance.randint(40, 110)} kg"
    asked = {"ask": "dose", "rate": rate, "weight": weight}
    return asked, f"One dose of {rate!r} for a patient of {weight}? ({why})", "ambiguous unit"


def _sizes(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    kg, cm = chance.randint(60, 95), chance.randint(158, 190)
    weight, height = chance.choice(
        (
            (f"{kg}", f"{cm} cm"),
            (f"{kg} kg", f"{cm}"),
            (f"{kg * 1000} kg", f"{cm} cm"),
            (f"{kg} kg", f"{cm} m"),
            (f"{kg} kg", f"{cm / 100:g} cm"),
            (f"{kg} kg", f"{cm * 10} cm"),
            (f"{cm} kg", f"{kg} cm"),
            (f"{kg} cm", f"{cm} cm"),
            (f"{kg},5 kg", f"{cm} cm"),
            (f"0.{kg % 10:02} kg", f"{cm} cm"),
        )
    )
    rate = f"{chance.randint(20, 400)} mg/m2"
    asked = {"ask": "dose", "rate": rate, "surface": "mosteller"}
    asked |= {"weight": weight, "height": height}
    words = f"One dose at {rate} by Mosteller for a patient of {weight!r} and {height!r}?"
    return asked, words, "impossible size"


def _missing(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    number, weight = chance.randint(2, 400), f"{chance.randint(40, 110)} kg"
    asked: dict[str, Any] = {"ask": "dose", "weight": weight}
    match chance.choice(("weight", "formula", "doses a day", "rule", "bsa")):
        case "weight":
            asked = {"ask": "dose", "rate": f"{number} mg/kg"}
        case "formula":
            asked |= {"rate": f"{number} mg/m2", "height": f"{chance.randint(150, 190)} cm"}
        case "doses a day":
            asked |= {"rate": f"{number} mg/kg/day"}
        case "rule":
            asked |= {"rate": f"{number} mg/kg", "round_to": "5 mg"}
        case _:
            asked = {"ask": "dose", "rate": f"{number} mg/m2"}
    given = ", ".join(f"{name} {value}" for name, value in asked.items() if name != "ask")
    return asked, f"One dose, of which no more is known than this: {given}?", "missing fact"


def _totals(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    each, doses = chance.randint(1, 400) * 5, chance.randint(2, 30)
    total = f"{each * doses} mg"
    asked = {"ask": "total", "dose": total, "doses": doses, "per_course": total}
    words = f"A course of {doses} doses of {total} is written with the total {total}"
    return asked, f"{words}. What is its total?", "total as daily"


def _rates(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    number = chance.randint(2, 500)
    asked: dict[str, Any] = {"ask": "rate", "rate": f"{number} mg/h", "in": "mL/h"}
    match chance.choice(("no concentration", "no time", "no unit", "per kg", "drops", "units")):
        case "no concentration":
            pass
        case "no time":
            asked["rate"] = f"{number} mL"
        case "no unit":
            asked["rate"] = f"{number}"
        case "per kg":
            asked |= {"rate": f"{number} mcg/kg/min", "concentration": "4 mg/mL"}
        case "drops":
            asked["rate"] = f"{number} drops/min"
        case _:
            asked |= {"rate": f"{number} units/h", "concentration": "4 mg/mL"}
    more = f" of {asked['concentration']}" if "concentration" in asked else ""
    return asked, f"What is {asked['rate']!r}{more} in mL/h?", "mg/h as mL/h"


def _monthly(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    month, year = chance.choice((1, 3, 5, 7, 8, 10, 12)), chance.randint(2027, 2032)
    every = chance.choice(("monthly", "month", "a month", "every month", "30", "q4w", "1 m"))
    asked: dict[str, Any] = {"ask": "course", "first": f"{year}-{month:02}-31", "every": every}
    asked |= {"cycles": chance.randint(3, 6), "days": [1]}
    if chance.random() < 0.3:
        # 31 June is on no calendar.
        asked |= {"first": f"{year}-{chance.choice((4, 6, 9, 11)):02}-31", "every": "1 month"}
    words = f"{asked['cycles']} doses, one every {asked['every']!r} from {asked['first']} on"
    return asked, f"{words}. On which dates?", "monthly from the 31st"


def _clocks(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    """Ask for a time in the hour that the clock skips in spring, or repeats in autumn."""
    zone, hours = chance.choice(
        (("Europe/London", (1, 1)), ("Europe/Berlin", (2, 2)), ("America/New_York", (2, 1)))
    )
    year, spring = chance.randint(2027, 2036), chance.random() < 0.5
    day = _turning_day(zone, year, spring=spring)
    before = chance.randint(0, 5)
    asked = {
        "ask": "instants",
        "first": (day - dt.timedelta(days=before)).isoformat(),
        "every": "1 day",
        "cycles": before + chance.randint(1, 4),
        "at": f"{hours[0] if spring else hours[1]:02}:{chance.choice((0, 15, 30, 45)):02}",
        "zone": zone,
    }
    words = f"{asked['cycles']} doses, one a day from {asked['first']} on, at {asked['at']}"
    return asked, f"{words} in {zone}. At which instants in UTC?", "clock change"


def _turning_day(zone: str, year: int, *, spring: bool) -> dt.date:
    """Return the Sunday on which the clocks change, counted from the ends of its month."""
    if zone == "America/New_York":
        first = dt.date(year, 3, 8) if spring else dt.date(year, 11, 1)
        return first + dt.timedelta(days=(6 - first.weekday()) % 7)
    last = dt.date(year, 3, 31) if spring else dt.date(year, 10, 31)
    return last - dt.timedelta(days=(last.weekday() + 1) % 7)


def _tables(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    low, width = chance.randint(10, 40), chance.randint(5, 15)
    edges = [low + n * width for n in range(5)]
    bands = [[f"{a} kg", f"{b} kg", f"{b * 6} mg"] for a, b in itertools.pairwise(edges)]
    measured = chance.choice((low - chance.randint(1, 5), edges[-1] + chance.randint(0, 9)))
    asked = {"ask": "band", "bands": bands, "measured": f"{measured} kg"}
    table = "; ".join(f"from {a} to below {b}: {dose}" for a, b, dose in bands)
    return asked, f"Which dose has {measured} kg in this table? {table}.", "wrong band"


def _steps(chance: random.Random) -> tuple[dict[str, Any], str, str]:
    """Ask for a step that does not fit: a total of half steps, a dose that rounds to nothing."""
    step, doses = chance.choice((5, 25, 50)), chance.randint(2, 9)
    if chance.random() < 0.5:
        total = step * chance.randint(doses, 60) + chance.randint(1, step - 1)
        asked: dict[str, Any] = {"ask": "deal", "total": f"{total} mg", "doses": doses}
        asked["step"] = f"{step} mg"
        words = f"Deal {total} mg over {doses} doses in whole steps of {step} mg."
        return asked, words, "another total"
    dose = f"{chance.randint(1, step - 1)} mg"
    asked = {"ask": "dose", "rate": dose, "round_to": f"{step} mg", "rounding": "down"}
    return asked, f"One dose of {dose}, rounded down to {step} mg?", "another amount"
