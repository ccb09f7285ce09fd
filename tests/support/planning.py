"""Plans and courses of the real library, for the tests."""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from pathlib import Path
from typing import Any, Literal

from dosing.units import NO_BREAK_SPACE
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import Site
from schedules.library.reader import read_library
from schedules.plans.changes import Change
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement, Plan
from tests.support.places import ROOT

MADE_ON = dt.date(2026, 11, 20)
RITUXIMAB = "rituximab-weekly"
CYCLOPHOSPHAMIDE = "cyclophosphamide-monthly"
IMMUNOGLOBULIN = "immunoglobulin-5-days"
THIOCTIC = "thioctic-acid"
ALL = (RITUXIMAB, CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, THIOCTIC)
CLOCK = {"infusion": "09:00", "before breakfast": "07:30"}
NEEDED_CHOICES = {THIOCTIC: {"iv_days": "10 days", "oral_length": "1 month"}}

SAID: dict[str, Any] = {
    "who": "AB",
    "when": dt.datetime(2026, 12, 20, 9, tzinfo=dt.UTC),
    "why": "neutrophils 0.9",
}


@functools.cache
def library() -> Library:
    """Read the four regimens that the tests know by heart, out of the real files."""
    from tests.support.shelf import shelf

    with tempfile.TemporaryDirectory() as folder:
        return read_library(shelf(Path(folder)))


@functools.cache
def whole_library() -> Library:
    """Read every file of the real library, once for all tests of a process."""
    return read_library(ROOT)


def man(**more: Any) -> PatientEntry:
    """Return the patient of the examples: a man of 48 years, 70 kg and 175 cm."""
    entry = {
        "label": "ward-7",
        "sex": "male",
        "age": "48 years",
        "weight": "70 kg",
        "height": "175 cm",
    }
    return PatientEntry.model_validate({**entry, **more})


def site(watch: Literal["note", "event"]) -> Site:
    own = library().site
    calendar = own.calendar.model_copy(update={"watch": watch})
    return own.model_copy(update={"calendar": calendar})


def planned(
    regimen: str,
    *,
    start: str = "2026-11-30",
    who: PatientEntry | None = None,
    zone: str = "Europe/London",
    times: dict[str, str] | None = None,
    choices: dict[str, str] | None = None,
    dose: str = "",
    acknowledged: dict[str, str] | None = None,
    made_on: dt.date = MADE_ON,
    watch: Literal["note", "event"] = "note",
) -> Plan:
    """Plan a regimen; in its calendar tests stand in the text of a dose, or on their own days."""
    found = library().regimen(regimen)
    return make_plan(
        found,
        library().knowledge_for(found),
        site(watch),
        who or man(),
        first_day=start,
        made_on=made_on,
        choices=NEEDED_CHOICES.get(regimen, {}) if choices is None else choices,
        zone=zone,
        times={**CLOCK, **(times or {})},
        dose_text=dose,
        acknowledgements=[
            Acknowledgement(code=code, reason=reason)
            for code, reason in (acknowledged or {}).items()
        ],
    )


def course_of(regimen: str, **more: Any) -> Course:
    return work_out(planned(regimen, **more), library())


def codes(found: Course, level: str | None = None) -> list[str]:
    return [f.code for f in found.findings if level is None or f.level == level]


def text_of(found: Course, code: str) -> str:
    """Return the one sentence with this code, in ordinary spaces."""
    (text,) = [f.text for f in found.findings if f.code == code]
    return text.replace(NO_BREAK_SPACE, " ")


@functools.cache
def shelved(regimen: str) -> Library:
    return read_library(ROOT, only=regimen)


def example_of(regimen: str) -> Course:
    """Return the course of a regimen's first worked example, with every WARN acknowledged."""
    shelf = shelved(regimen)
    found = shelf.regimen(regimen)
    example = found.examples[0]
    patient = PatientEntry.model_validate({"label": "ward-7", **example.patient})
    plan = make_plan(
        found,
        shelf.knowledge_for(found),
        shelf.site,
        patient,
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=example.choose,
    )
    course = work_out(plan, shelf)
    if not course.unacknowledged:
        return course
    seen = [Acknowledgement(code=one.code, reason="seen") for one in course.unacknowledged]
    return work_out(plan.model_copy(update={"acknowledgements": seen}), shelf)


def changed(plan: Plan, *changes: Change) -> Course:
    """Return the course of a plan with changes; the plan goes through its file on the way."""
    whole = plan.model_copy(update={"changes": [*plan.changes, *changes]})
    return work_out(Plan.from_json(whole.to_json()), library())
