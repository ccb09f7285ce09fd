"""Makes the items of DoseBench: drawn by fixed seeds, answered by ``solver.py``.

``python -m dosebench make`` writes ``items/*.jsonl`` anew, and ``SHA256SUMS`` of every item file.
The figures are made up, and are no advice about any drug.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from dosebench.items import FOLDER, SUMS, Item, answer_of, as_text
from dosebench.reading import RefusedError
from dosebench.refusals import refusals
from dosebench.solver import Question, solve

# What is drawn: the question, the question as a sentence, and the class of harm.
Drawn = tuple[dict[str, Any], str, str]
_SOURCE = "made up; seed {seed}"
_ZONES = ("Europe/London", "Europe/Berlin", "America/New_York", "Asia/Tokyo")
# Nobody gets 5 kg of a drug, nor 10 mol of an electrolyte.
_MOST_TENTHS = {"g": 40, "mmol": 90}
_ROUNDING = {
    "nearest": "to the nearest {} (a half goes up)",
    "down": "down to whole steps of {}",
    "up": "up to whole steps of {}",
}


def _doses(chance: random.Random) -> Iterator[Drawn]:
    """Doses by weight, by surface and flat; a day's dose shared; capped; rounded."""
    while True:
        unit = chance.choice(("mg", "mcg", "g", "units", "mmol"))
        height = chance.randint(1400, 2000)
        # A body-mass index of 18 to 34.
        grams = round(chance.uniform(18, 34) * (height / 1000) ** 2 * 10) * 100
        kg, lb = f"{_short(grams, 1000)} kg", f"{_short(round(grams / 45.359237), 10)} lb"
        weight = chance.choice((kg, kg, kg, lb))
        number = _short(chance.randint(1, _MOST_TENTHS.get(unit, 4000)), 10)
        asked: dict[str, Any] = {"ask": "dose"}
        match chance.choice(("kg", "kg/day", "m2", "m2 measured", "flat")):
            case "kg":
                asked |= {"rate": f"{number} {unit}/kg", "weight": weight}
            case "kg/day":
                asked |= {"rate": f"{number} {unit}/kg/day", "weight": weight}
                asked |= {"doses_a_day": chance.randint(1, 6)}
            case "m2":
                asked |= {"rate": f"{number} {unit}/m2", "surface": "mosteller"}
                asked |= {"weight": weight, "height": f"{_short(height, 10)} cm"}
            case "m2 measured":
                bsa = f"{_short(chance.randint(120, 240), 100)} m2"
                asked |= {"rate": f"{number} {unit}/m2", "bsa": bsa}
            case _:
                asked |= {"rate": f"{number} {unit}"}
        if chance.random() < 0.3:
            asked["cap"] = f"{chance.randint(1, 900) * 10} {unit}"
        if chance.random() < 0.7 or ("cap" not in asked and "surface" in asked):
            step = chance.choice(("0.1", "0.5", "2.5", "5", "25", "50", "100"))
            asked |= {"round_to": f"{step} {unit}", "rounding": chance.choice(list(_ROUNDING))}
        yield asked, _dose_in_words(asked), "another amount"


# Bodies in kg and cm of which cm x kg / 3600 is a square, and the surface in m2 by Mosteller exact.
_BODIES = (
    *((45, 180, "3/2"), (50, 162, "3/2"), (54, 150, "3/2"), (63, 175, "7/4"), (75, 147, "7/4")),
    *((72, 162, "9/5"), (81, 144, "9/5"), (72, 200, "2"), (80, 180, "2"), (90, 160, "2")),
)


def _edges(chance: random.Random) -> Iterator[Drawn]:
    """Yield doses on a step, on half a step, and a hair above or below either."""
    while True:
        step = Fraction(chance.choice(("0.1", "0.3", "2.5", "5", "25", "50")))
        at = chance.randint(1, 40) + chance.choice((Fraction(0), Fraction(1, 2)))
        dose = (at + chance.choice((0, 0, 1, -1)) * Fraction(1, 10_000)) * step
        asked: dict[str, Any] = {"ask": "dose"}
        if chance.random() < 0.4:
            kg, cm, surface = chance.choice(_BODIES)
            body: dict[str, str] = {"weight": f"{kg} kg", "height": f"{cm} cm"}
            rate, unit = dose / Fraction(surface), "mg/m2"
            asked["surface"] = "mosteller"
        else:
            kg = chance.choice((40, 50, 64, 80, 100, 125))
            body, rate, unit = {"weight": f"{kg} kg"}, dose / kg, "mg/kg"
        asked |= {"rate": f"{_decimal(rate)} {unit}", **body, "round_to": f"{_decimal(step)} mg"}
        asked["rounding"] = chance.choice(list(_ROUNDING))
        # A rate of endless decimals cannot be typed.
        if Fraction(_decimal(rate)) == rate:
            yield asked, _dose_in_words(asked), "another amount"


def _dose_in_words(asked: Question) -> str:
    words = f"One dose at {asked['rate']}"
    if "doses_a_day" in asked:
        words += f", given in {asked['doses_a_day']} equal doses a day"
    if "surface" in asked:
        words += ", body surface by Mosteller (the root of cm x kg / 3600)"
    sizes = [f"{name} {asked[name]}" for name in ("weight", "height", "bsa") if name in asked]
    words += f", for a patient of {' and '.join(sizes)}" if sizes else ""
    words += f", at most {asked['cap']}" if "cap" in asked else ""
    if "round_to" in asked:
        words += f", rounded {_ROUNDING[asked['rounding']].format(asked['round_to'])}"
    return words + "?"


def _deals(chance: random.Random) -> Iterator[Drawn]:
    while True:
        step, doses = chance.choice(("0.5", "1", "2.5", "5", "25", "50")), chance.randint(2, 9)
        total = Fraction(step) * chance.randint(doses, 60)
        unit = chance.choice(("mg", "g", "units"))
        asked = {"ask": "deal", "total": f"{_decimal(total)} {unit}", "doses": doses}
        asked["step"] = f"{step} {unit}"
        words = f"{asked['total']} over {doses} doses in whole steps of {asked['step']}"
        yield asked, f"Deal {words}, the larger doses first.", "another total"


def _tapers(chance: random.Random) -> Iterator[Drawn]:
    while True:
        start, by = chance.randint(20, 80), chance.choice((5, 7.5, 10))
        to, then = chance.choice((10, 12.5, 15)), chance.choice((1, 2.5, 4))
        steps = [{"by": f"{by:g} mg", "to": f"{to:g} mg"}, {"by": f"{then:g} mg"}]
        asked = {"ask": "taper", "from": f"{start} mg", "steps": steps}
        words = f"{start} mg is taken down by {by:g} mg a step to {to:g} mg, then by {then:g} mg"
        yield asked, f"{words} to nothing; a last step may be shorter. Which doses follow?", "taper"


def _bands(chance: random.Random) -> Iterator[Drawn]:
    """Tables by dose and by weight; a value on an edge belongs to the band that begins there."""
    while True:
        by_weight = chance.random() < 0.4
        unit, edge = ("kg", chance.randint(10, 20)) if by_weight else ("mg", chance.randint(2, 60))
        edges = [Fraction(edge)]
        for _ in range(chance.randint(4, 7)):
            widest = 40 if by_weight else int(edges[-1] * 2)
            edges.append(edges[-1] + Fraction(chance.randint(4, widest), 4))
        bands = []
        given = Fraction(chance.randint(1, 10))
        for low, high in itertools.pairwise(edges):
            given = given + chance.randint(1, 20) if by_weight else (low + high) / 2
            bands.append([f"{_decimal(low)} {unit}", f"{_decimal(high)} {unit}"])
            bands[-1].append(f"{_decimal(given)} mg")
        width = edges[-1] - edges[0]
        measured = chance.choice(
            (*edges[:-1], edges[0] + width * Fraction(chance.randint(1, 999), 1000))
        )
        asked = {"ask": "band", "bands": bands, "measured": f"{_decimal(measured)} {unit}"}
        table = "; ".join(f"from {low} to below {high}: {dose}" for low, high, dose in bands)
        yield asked, f"Which dose has {asked['measured']} in this table? {table}.", "wrong band"


def _volumes(chance: random.Random) -> Iterator[Drawn]:
    while True:
        unit = chance.choice(("mg", "units"))
        asked = {"ask": "volume", "dose": f"{_short(chance.randint(5, 20000), 10)} {unit}"}
        asked["concentration"] = f"{chance.choice(('0.5', '2', '10', '32', '100'))} {unit}/mL"
        words = f"Which volume of {asked['concentration']} holds {asked['dose']}?"
        yield asked, words, "another amount"


def _rates(chance: random.Random) -> Iterator[Drawn]:
    """Rates of a drug as rates of a pump and back, per kg, an hour, a minute, and in drops."""
    while True:
        unit = chance.choice(("mcg", "mg"))
        weight = f"{_short(chance.randint(30, 1100), 10)} kg"
        strength = f"{chance.choice(('0.1', '0.5', '1', '4', '20'))} mg/mL"
        number = _short(chance.randint(1, 900), 10)
        asked: dict[str, Any] = {"ask": "rate"}
        match chance.choice(("to pump", "to pump per kg", "from pump", "to drops", "from drops")):
            case "to pump":
                time = chance.choice(("h", "min"))
                asked |= {"rate": f"{number} {unit}/{time}", "in": "mL/h"}
                asked |= {"concentration": strength}
            case "to pump per kg":
                time = chance.choice(("h", "min"))
                asked |= {"rate": f"{number} {unit}/kg/{time}", "in": "mL/h", "weight": weight}
                asked |= {"concentration": strength}
            case "from pump":
                asked |= {"rate": f"{number} mL/h", "concentration": strength}
                asked |= {"in": chance.choice((f"{unit}/h", f"{unit}/kg/min")), "weight": weight}
            case "to drops":
                drops = chance.choice((10, 15, 20, 60))
                asked |= {"rate": f"{number} mL/h", "in": "drops/min", "drops_per_ml": drops}
            case _:
                drops = chance.choice((10, 15, 20, 60))
                asked |= {"rate": f"{chance.randint(5, 120)} drops/min", "in": "mL/h"}
                asked |= {"drops_per_ml": drops}
        if "kg" not in asked["rate"] + asked["in"]:
            asked.pop("weight", None)
        given = {"concentration": "of {}", "weight": "for {}", "drops_per_ml": "at {} drops a mL"}
        more = [text.format(asked[name]) for name, text in given.items() if name in asked]
        words = " ".join((f"What is {asked['rate']}", *more, f"in {asked['in']}?"))
        yield asked, words, "wrong rate"


def _infusions(chance: random.Random) -> Iterator[Drawn]:
    """Yield a bag that runs through rising rates; the last one runs until it is empty."""
    while True:
        dose, bag = chance.randint(2, 40) * 25, chance.choice((100, 250, 500, 1000))
        start, held = chance.choice((10, 25, 50)), chance.choice((15, 30, 60))
        rates: list[dict[str, str]] = [
            {"rate": f"{start * n} mg/h", "for": f"{held} min"}
            for n in range(1, chance.randint(2, 5))
        ]
        rates.append({"rate": f"{start * (len(rates) + 1)} mg/h"})
        asked = {"ask": "infusion", "dose": f"{dose} mg", "volume": f"{bag} mL", "rates": rates}
        ladder = ", then ".join(" for ".join(one.values()) for one in rates)
        words = f"{dose} mg in {bag} mL run at {ladder}, until the bag is empty"
        yield asked, f"{words}. How many minutes after the start does each rate end?", "wrong rate"


def _courses(chance: random.Random) -> Iterator[Drawn]:
    """Courses by days and by calendar months, also from the last days of a month."""
    while True:
        asked, words = _course(chance, days_in_a_cycle=(1, 3))
        yield asked, f"{words}. On which dates?", "another day"


def _changes(chance: random.Random) -> Iterator[Drawn]:
    """Courses in which doses were put off, left out, ended or reduced."""
    while True:
        asked, words = _course(chance, days_in_a_cycle=(1, 2))
        asked["dose"] = f"{chance.choice((20, 40, 100, 500))} mg"
        cycle = chance.randint(1, asked["cycles"])
        place = {"cycle": cycle, "day": chance.choice(asked["days"])}
        scope = chance.choice(("this day", "this cycle", "later"))
        match chance.choice(("defer", "omit", "cease", "adjust")):
            case "defer":
                # One day alone is not put off as far as the next dose.
                alone = scope == "this day" and len(asked["days"]) == 1
                by, scope = chance.randint(1, 6 if alone else 20), scope if alone else "later"
                change = {"change": "defer", **place, "by_days": by, "scope": scope}
                done = f"put off by {by} days"
            case "omit":
                change, done = {"change": "omit", **place, "scope": scope}, "left out"
            case "cease":
                scope = "later"
                change, done = {"change": "cease", **place, "scope": scope}, "given up"
            case _:
                percent = chance.choice((25, 50, 75, 80, 90))
                change = {"change": "adjust", **place, "percent": percent, "scope": scope}
                done = f"given at {percent} % of the stated dose"
        asked["changes"] = [change]
        reach = {"this day": "that day alone", "this cycle": "the rest of that cycle"}
        where = f"cycle {cycle} day {place['day']}, {reach.get(scope, 'and all that follow')}"
        words += f", {asked['dose']} each; {where}, is {done}"
        yield asked, f"{words}. Which doses take place, on which dates?", "another day"


def draw_courses(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield questions for the dates of courses, every second of them changed."""
    plain, changed = _courses(chance), _changes(chance)
    while True:
        yield next(plain)[0]
        yield next(changed)[0]


def _course(chance: random.Random, days_in_a_cycle: tuple[int, int]) -> tuple[dict[str, Any], str]:
    every = chance.choice(("7 days", "14 days", "21 days", "4 weeks", "1 month", "2 months"))
    first = dt.date(2027, 1, 1) + dt.timedelta(days=chance.randint(0, 1100))
    if "month" in every and chance.random() < 0.5:
        first = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    shortest = 6 if every == "7 days" else 13
    days = [1, *sorted(chance.sample(range(2, shortest), chance.randint(*days_in_a_cycle) - 1))]
    asked: dict[str, Any] = {"ask": "course", "first": first.isoformat(), "every": every}
    asked |= {"cycles": chance.randint(2, 6), "days": days}
    numbers = " and ".join(map(str, days))
    words = f"{asked['cycles']} cycles, one every {every} from {first:%d-%b-%Y} on, doses on day"
    return asked, f"{words}{'s' if len(days) > 1 else ''} {numbers} of each"


def _instants(chance: random.Random) -> Iterator[Drawn]:
    """Doses at a clock time over the days on which the clocks change."""
    while True:
        month = chance.choice((3, 10, 11))
        asked = {
            "ask": "instants",
            "first": dt.date(chance.randint(2027, 2032), month, chance.randint(1, 28)).isoformat(),
            "every": chance.choice(("1 day", "2 days", "7 days")),
            "cycles": chance.randint(3, 8),
            "at": f"{chance.randint(6, 22):02}:{chance.choice((0, 30)):02}",
            "zone": chance.choice(_ZONES),
        }
        words = f"{asked['cycles']} doses, one every {asked['every']} from {asked['first']} on"
        where = f"at {asked['at']} in {asked['zone']}"
        yield asked, f"{words}, {where}. At which instants in UTC?", "clock change"


def _totals(chance: random.Random) -> Iterator[Drawn]:
    while True:
        each, doses = chance.randint(1, 400) * 5, chance.randint(2, 30)
        unit = chance.choice(("mg", "g", "units"))
        asked = {"ask": "total", "dose": f"{each} {unit}", "doses": doses}
        asked["per_course"] = f"{each * doses} {unit}"
        words = f"A course of {doses} doses of {each} {unit} is written with the total"
        yield asked, f"{words} {asked['per_course']}. What is its total?", "total as daily"


# Each kind of question: its file, how many, its maker. The place in the list is its seed.
FAMILIES: tuple[tuple[str, int, Callable[[random.Random], Iterator[Drawn]]], ...] = (
    ("doses", 640, _doses),
    ("deals", 120, _deals),
    ("tapers", 80, _tapers),
    ("bands", 260, _bands),
    ("volumes", 80, _volumes),
    ("rates", 300, _rates),
    ("infusions", 100, _infusions),
    ("courses", 180, _courses),
    ("changes", 160, _changes),
    ("instants", 80, _instants),
    ("totals", 60, _totals),
    ("refusals", 420, refusals),
    ("edges", 160, _edges),
)


def draw(name: str, count: int, seed: int, maker: Callable[[random.Random], Any]) -> list[Item]:
    """Return so many different items of a kind, each with the answer of the solver."""
    items: dict[str, Item] = {}
    for question, sentence, harm in maker(random.Random(seed)):
        try:
            answer = answer_of(solve(question))
        except RefusedError:
            answer = {"refused": True}
        # A family asks either what has an answer, or what has none.
        if (name == "refusals") == ("refused" in answer):
            key = json.dumps(question, sort_keys=True)
            items.setdefault(
                key,
                {
                    "id": f"{name}-{len(items) + 1:04}",
                    "sentence": sentence,
                    "question": question,
                    "answer": answer,
                    "tolerance": _tolerance(answer),
                    "harm": harm,
                    "source": _SOURCE.format(seed=seed),
                },
            )
        if len(items) == count:
            return list(items.values())
    raise ValueError(f"{name}: its maker ends before {count} items")


def _tolerance(answer: dict[str, Any]) -> str:
    """Return room for binary numbers: a thousandth of a millionth, of the amount above one."""
    amounts = [Fraction(text) for text in answer.get("amounts", [answer.get("amount", "0")])]
    least = min((one for one in amounts if one), default=Fraction(0))
    return str(Fraction(10 ** (len(str(int(least))) - 1), 10**9)) if least else "0"


def write() -> None:
    """Write every made file, and the checksums of all."""
    for seed, (name, count, maker) in enumerate(FAMILIES, 1):
        items = draw(name, count, seed, maker)
        (FOLDER / f"{name}.jsonl").write_text("".join(map(as_text, items)), encoding="utf-8")
    SUMS.write_text("".join(checksums()), encoding="utf-8")


def checksums() -> Iterator[str]:
    """Yield a line for each file of items, as ``sha256sum`` prints it."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  items/{path.name}\n"


def _short(number: int, of: int) -> str:
    return _decimal(Fraction(number, of))


def _decimal(number: Fraction) -> str:
    """Return a fraction of tens as a plain decimal."""
    return f"{float(number):.9f}".rstrip("0").rstrip(".")
