"""Answers DoseBench with Posology: ``python -m dosebench.adapters.posology``.

Doses, bags and rates go through the doors that programmers use. A course is that of a made-up
regimen of a made-up drug, so that no limit of a real one stands in its way.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

import dosing
from dosebench.adapters.lines import Answer, Question, answer_lines
from dosing import units
from dosing.calculation.packs import deal
from dosing.drugs.band_table import COLUMNS, read_table
from dosing.drugs.drug import Drug
from dosing.errors import Problems, refuse
from dosing.infusion.bag import drug_volume
from dosing.infusion.conversion import convert_rate
from dosing.infusion.rates import label_rate
from dosing.numbers import read_count
from dosing.trace import RefusedError, stops
from dosing.units import ML, Quantity, in_unit, quantity, spelling
from schedules.course.taper import levels
from schedules.door import PatientCourse, plan
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Taper
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site

_SOURCES = {"made up": {"cite": "DoseBench, a made-up drug", "confirmed": False}}
_SITE = {
    "name": "",
    "zone": "Europe/London",
    "times": {"infusion": "09:00"},
    "rounding_tolerance_percent": 10,
    "calendar": {"oral": "each", "times": "utc", "alarm": "none", "place": "", "watch": "note"},
}
_MADE_ON = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


def answer(question: Question) -> Answer:
    """Return the answer to a question, or why it is refused."""
    try:
        return _ASKS[question["ask"]](question)
    except (dosing.InputError, dosing.KnowledgeError, RefusedError, ValidationError) as error:
        return {"refused": str(error)}


def _dose(ask: Question) -> Answer:
    asked = {name: value for name, value in ask.items() if name not in ("ask", "id", "sentence")}
    given = dosing.dose(**asked)
    if stopping := stops(given.findings):
        raise RefusedError(*stopping)
    if units.parts(given.amount.units).per_day:
        why = "is what a day gets, and no dose"
        refuse("rate", ask["rate"], why=why, accepted="state the doses a day")
    return _amount(given.amount)


def _deal(ask: Question) -> Answer:
    total, step = units.amount(ask["total"], "total"), units.amount(ask["step"], "step")
    shares = deal(in_unit(total, step.units, "total"), ask["doses"], float(step.magnitude))
    return {"amounts": [_exact(share) for share in shares], "unit": spelling(step.units)}


def _taper(ask: Question) -> Answer:
    steps = [{"each": "7 days", "to": "nothing", **step} for step in ask["steps"]]
    taper = Taper.model_validate({"reduces": "course", "steps": steps, "source": "made up"})
    doses = levels(units.amount(ask["from"], "from"), taper)
    unit = spelling(doses[0].amount.units)
    return {"amounts": [_exact(step.amount.magnitude) for step in doses], "unit": unit}


def _band(ask: Question) -> Answer:
    whole = "made up,1 mg/mL,1,50,made up"
    rows = [",".join((*band, whole)) for band in ask["bands"]]
    table = read_table("\n".join((",".join(COLUMNS), *rows)), "table", "made-up")
    reader = units.weight if table.by == "weight" else units.amount
    band = table.band_of(reader(ask["measured"], "measured"))
    if band is None:
        refuse("measured", ask["measured"], why="is in no band", accepted="ask")
    return _amount(band.dose)


def _volume(ask: Question) -> Answer:
    concentration = units.concentration(ask["concentration"], "concentration")
    return _amount(drug_volume(units.amount(ask["dose"], "dose"), concentration))


def _rate(ask: Question) -> Answer:
    drops, strength = ask.get("drops_per_ml"), ask.get("concentration")
    forms = convert_rate(
        ask["rate"],
        concentration=strength,
        weight=ask.get("weight"),
        drops_per_ml=None if drops is None else str(drops),
    )
    if ask["in"] == "drops/min" and forms.drops is not None:
        return _amount(forms.drops)
    if ask["in"] == "mL/h":
        return _amount(forms.pump)
    held = units.concentration(strength or "", "concentration") * quantity(1.0, ML)
    weight = units.weight(ask["weight"]) if "weight" in ask else None
    unit = units.infusion_rate(f"1 {ask['in']}").units
    return _amount(label_rate(forms.pump, unit, dose=held, volume=quantity(1.0, ML), weight=weight))


def _infusion(ask: Question) -> Answer:
    rates = [" for ".join(one.values()) for one in ask["rates"]]
    bag = dosing.infuse(dose=ask["dose"], volume=ask["volume"], rates=rates, bag="everything")
    if stopping := stops(bag.findings):
        raise RefusedError(*stopping)
    return {"amounts": [_exact(step.ends.magnitude) for step in bag.steps], "unit": "min"}


def _total(ask: Question) -> Answer:
    """Ask of a regimen whether its dose and its total agree."""
    days = f"1 to {read_count(str(ask['doses']), 'doses')}"
    regimen = _regimen({"days": days, "dose": ask["dose"], "per_course": ask["per_course"]})
    stated = regimen.phases[0].medicines[0].per_course
    return _amount(Problems().settled(stated))


def _course(ask: Question) -> Answer:
    """Plan a regimen, and change its course in the words of the clinic."""
    course = _planned(ask, zone="Europe/London", at="09:00")
    for change in ask.get("changes", ()):
        more: dict[str, Any] = {"at": f"course cycle {change['cycle']} day {change['day']}"}
        match change["change"]:
            case "defer":
                more |= {"by": f"{change['by_days']} days", "scope": change["scope"]}
            case "adjust":
                share = f"{change['percent']} % of the standard dose"
                more |= {"give": share, "scope": change["scope"]}
            case "omit":
                more |= {"scope": change["scope"]}
        more |= {"why": "as the question says", "who": "AB", "when": _MADE_ON}
        course = course.change(change["change"], **more)
    if stopping := stops(course.findings):
        raise RefusedError(*stopping)
    answer: Answer = {"dates": [row.date.isoformat() for row in course.doses]}
    if "dose" in ask:
        amounts = [_exact(row.dose.amount.magnitude) for row in course.doses]
        answer |= {"amounts": amounts, "unit": ask["dose"].split()[1]}
    return answer


def _instants(ask: Question) -> Answer:
    course = _planned(ask, zone=ask["zone"], at=ask["at"])
    wall = [dt.datetime.combine(row.date, row.time, ZoneInfo(ask["zone"])) for row in course.doses]
    return {"instants": [f"{one.astimezone(dt.UTC):%Y-%m-%dT%H:%M}Z" for one in wall]}


_ASKS: dict[str, Callable[[Question], Answer]] = {
    "dose": _dose,
    "deal": _deal,
    "taper": _taper,
    "band": _band,
    "volume": _volume,
    "rate": _rate,
    "infusion": _infusion,
    "total": _total,
    "course": _course,
    "instants": _instants,
}


def _amount(value: Quantity) -> Answer:
    return {"amount": _exact(value.magnitude), "unit": spelling(value.units)}


def _exact(number: Any) -> str:
    """Return a number as the shortest decimal that is read back as the same."""
    return str(Fraction(repr(float(number))))


def _planned(ask: Question, *, zone: str, at: str) -> PatientCourse:
    days, dose = tuple(ask.get("days", (1,))), ask.get("dose", "100 mg")
    library = _library(ask["every"], ask["cycles"], days, dose)
    return plan(
        "made-up",
        start=ask["first"],
        library=library,
        zone=zone,
        times={"infusion": at},
        made_on=_MADE_ON.date(),
        label="dosebench",
    )


@functools.lru_cache(maxsize=1000)
def _library(every: str, cycles: int, days: tuple[int, ...], dose: str) -> Library:
    number, unit = dose.split()
    medicine = {"days": list(days), "dose": dose, "per_cycle": f"{int(number) * len(days)} {unit}"}
    regimen = _regimen(medicine, cycle={"every": every, "count": cycles})
    drug = Drug.model_validate(
        {
            "id": "made-up",
            "name": "made-up",
            "version": 1,
            "sources": _SOURCES,
            "limits": [{"per": "dose", "hard": {"high": "5000 g"}, "source": "made up"}],
        }
    )
    site = Site.model_validate(_SITE)
    used = {
        name: KnowledgeUsed(id="made-up", version=1, sha256="0" * 64)
        for name in ("regimens/made-up", "drugs/made-up")
    }
    return Library({"made-up": regimen}, {"made-up": drug}, used, site)


def _regimen(medicine: dict[str, Any], **more: Any) -> Regimen:
    whole = {"drug": "made-up", "route": "intravenous infusion", "at": ["infusion"]}
    phase = {"name": "course", "medicines": [{**whole, **medicine, "source": "made up"}], **more}
    example = {"patient": {}, "start": dt.date(2026, 11, 30), "expect": ["none"]}
    return Regimen.model_validate(
        {
            "id": "made-up",
            "title": "Made up",
            "for": ["nothing"],
            "status": "under review",
            "version": 1,
            "reviewed": {"due": dt.date(2027, 11, 20)},
            "sources": _SOURCES,
            "phases": [phase],
            "examples": [{**example, "source": "made up"}],
        }
    )


if __name__ == "__main__":
    answer_lines(answer)
