"""Run all measurements: ``make bench``."""

from __future__ import annotations

import datetime as dt
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
import numpy as np
import pint

from benchmarks.measure import Ratio, compare
from benchmarks.screen import plan_screen
from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule, Rounding
from dosing.patient import Patient
from dosing.units import KG, amount, dose_rate, height, quantity, weight
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.site import CalendarChoice
from schedules.knowledge.span import Span
from schedules.library.reader import read_library
from schedules.outputs import table
from schedules.outputs.calendar.event import write_event
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry

ROOT = Path(__file__).resolve().parent.parent
MILLION = 1_000_000
_LIBRARY = read_library(ROOT)
_EVENT_KEYS = (
    "UID",
    "DTSTAMP",
    "LAST-MODIFIED",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "DESCRIPTION",
    "STATUS",
    "CLASS",
)


def main() -> None:
    """Print one line for each ratio."""
    for ratio in measurements():
        print(ratio, flush=True)


def measurements() -> Iterator[Ratio]:
    """Measure everything, one after the other."""
    yield from single_dose()
    yield column()
    yield from long_course()
    yield start()
    yield from plan_screen()


def single_dose() -> Iterator[Ratio]:
    """Compare a dose with derivation, limits and second calculation with its arithmetic alone."""
    patient = Patient(weight=weight("70 kg"), height=height("175 cm"), sex="male")
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()
    drug = _LIBRARY.drug("rituximab")
    rule = DoseRule(
        rate=dose_rate("375 mg/m2"),
        surface="mosteller",
        rounding=Rounding(step=amount("100 mg"), rule="nearest"),
    )
    mg, m2, kg, cm = registry.mg, registry.m**2, registry.kg, registry.cm
    rate, step, lowest, highest = 375 * mg / m2, 100 * mg, 250 * mg / m2, 500 * mg / m2
    kilograms, centimetres = 70.0 * kg, 175.0 * cm

    def ours() -> object:
        return calculate(rule, patient, drug=drug, route="intravenous infusion", tolerance=0.1)

    def bare_pint() -> object:
        surface = (centimetres / cm * kilograms / kg / 3600) ** 0.5 * m2
        raw = (rate * surface).to(mg)
        dose = math.floor((raw / step).to("dimensionless").magnitude + 0.5) * step
        given = (dose / surface).to(mg / m2)
        return dose, lowest <= given <= highest, (dose / raw).to("dimensionless") - 1

    def bare_floats() -> object:
        surface = math.sqrt(175.0 * 70.0 / 3600)
        raw = 375.0 * surface
        dose = math.floor(raw / 100 + 0.5) * 100
        return dose, 250 <= dose / surface <= 500, dose / raw - 1

    name = "a dose by surface, derived, limited and calculated twice"
    yield compare(name, ours, bare_pint, against="bare pint", aim=5, calls=300)
    yield compare(name, ours, bare_floats, against="bare floats", aim=math.inf, calls=300)

    per_kg = DoseRule(rate=dose_rate("0.4 g/kg"), weight_basis="actual")
    g_per_kg, g = 0.4 * registry.g / kg, registry.g

    def ours_per_kg() -> object:
        return calculate(per_kg, patient)

    def bare_pint_per_kg() -> object:
        return (g_per_kg * kilograms).to(g)

    yield compare(
        "a dose by weight, derived and calculated twice",
        ours_per_kg,
        bare_pint_per_kg,
        against="bare pint",
        aim=5,
        calls=300,
    )


def column() -> Ratio:
    """Compare a million weights through ``calculate`` with the same arithmetic in NumPy."""
    kilograms = np.random.default_rng(1).uniform(40, 140, MILLION)
    rule = DoseRule(
        rate=dose_rate("10 mg/kg"),
        weight_basis="actual",
        cap=amount("1200 mg"),
        rounding=Rounding(step=amount("50 mg"), rule="nearest"),
    )
    patient = Patient(weight=quantity(kilograms, KG))

    def ours() -> object:
        return calculate(rule, patient, tolerance=0.1).amount

    def bare_numpy() -> object:
        possible = (kilograms < 0.3) | (kilograms > 650)
        raw = kilograms * 10.0
        capped = np.where(raw > 1200, 1200.0, raw)
        rounded = np.floor(np.round(capped / 50, 9) + 0.5) * 50
        away = rounded / capped - 1
        return rounded, np.abs(away) > 0.1, rounded == 0, possible.any()

    return compare("a column of a million weights", ours, bare_numpy, against="bare NumPy", aim=5)


def long_course() -> Iterator[Ratio]:
    """Compare a course of 365 doses, to .ics and to a table, with icalendar writing its events."""
    year = _course_of_a_year()
    choice = CalendarChoice(oral="each", times="utc", alarm="none")
    events = [
        {key: event.decoded(key) if key.startswith("DT") else event[key] for key in _EVENT_KEYS}
        for event in icalendar.Calendar.from_ical(to_ics(year, choice=choice)).walk("VEVENT")
    ]
    for event in events:
        event["LAST-MODIFIED"] = event["DTSTAMP"]

    def to_calendar() -> object:
        write_event.cache_clear()  # every event anew, as icalendar writes them
        return to_ics(year, choice=choice)

    def to_table() -> object:
        return table.rows(work_out(year.plan, _LIBRARY))

    def icalendar_alone() -> object:
        calendar = icalendar.Calendar()
        calendar.add("prodid", "-//x//x//EN")
        calendar.add("version", "2.0")
        for values in events:
            event = icalendar.Event()
            for key, value in values.items():
                event.add(key, value)
            calendar.add_component(event)
        return calendar.to_ical()

    alone = "icalendar alone"
    name = f"{len(events)} doses to .ics"
    yield compare(name, to_calendar, icalendar_alone, against=alone, aim=1.1, rounds=15)
    name = f"{len(events)} doses computed and made a table"
    yield compare(name, to_table, icalendar_alone, against=alone, aim=math.inf, rounds=5)


def _course_of_a_year() -> Course:
    """Return a course with a dose on each of 365 days: an oral phase made longer."""
    regimen = _LIBRARY.regimen("thioctic-acid")
    phases = [
        phase.model_copy(update={"length": days})
        for phase, days in zip(regimen.phases, (Span(days=15), Span(days=350)), strict=True)
    ]
    longer = regimen.model_copy(update={"phases": phases, "choices": []})
    _LIBRARY.regimens[regimen.id] = longer
    plan = make_plan(
        longer,
        _LIBRARY.knowledge_for(longer),
        _LIBRARY.site,
        PatientEntry(label="bench", sex="male", age="48 years"),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={},
    )
    return work_out(plan, _LIBRARY)


def start() -> Ratio:
    """Compare ``python -m dosing dose`` with ``import pint``, wall time of whole processes."""
    dose = [sys.executable, "-m", "dosing", "dose", "--rate", "0.4 g/kg", "--weight", "72 kg"]
    imported = [sys.executable, "-c", "import pint"]

    def run(command: list[str]) -> object:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - fixed words

    return compare(
        "python -m dosing dose",
        lambda: run(dose),
        lambda: run(imported),
        against="python -c 'import pint'",
        aim=2,
        rounds=9,
    )


if __name__ == "__main__":
    main()
