"""Plans and courses of the real library, for the tests."""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from pathlib import Path
from typing import Any

from dosing.units import NO_BREAK_SPACE
from schedules.course import Course, course
from schedules.library import Library, read_library
from schedules.plan import Acknowledgement, PatientEntry, Plan, make_plan

ROOT = Path(__file__).parents[2]
MADE_ON = dt.date(2026, 11, 20)
RITUXIMAB = "rituximab-weekly"
CYCLOPHOSPHAMIDE = "cyclophosphamide-monthly"
IMMUNOGLOBULIN = "immunoglobulin-5-days"
THIOCTIC = "thioctic-acid"
ALL = (RITUXIMAB, CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, THIOCTIC)
CLOCK = {"infusion": "09:00", "before breakfast": "07:30"}
NEEDED_CHOICES = {THIOCTIC: {"iv_days": "10 days", "oral_length": "1 month"}}


@functools.cache
def library() -> Library:
    """Read the four regimens that the tests know by heart, out of the real files."""
    from tests.schedules.shelf import shelf

    with tempfile.TemporaryDirectory() as folder:
        return read_library(shelf(Path(folder)))


def man(**more: Any) -> PatientEntry:
    """Give the patient of the examples: a man of 48 years, 70 kg and 175 cm."""
    entry = {
        "label": "ward-7",
        "sex": "male",
        "age": "48 years",
        "weight": "70 kg",
        "height": "175 cm",
    }
    return PatientEntry.model_validate({**entry, **more})


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
) -> Plan:
    found = library().regimen(regimen)
    return make_plan(
        found,
        library().knowledge_for(found),
        library().site,
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
    return course(planned(regimen, **more), library())


def codes(found: Course, level: str | None = None) -> list[str]:
    return [f.code for f in found.findings if level is None or f.level == level]


def text_of(found: Course, code: str) -> str:
    """Give the one sentence with this code, in ordinary spaces."""
    (text,) = [f.text for f in found.findings if f.code == code]
    return text.replace(NO_BREAK_SPACE, " ")


@functools.cache
def shelved(regimen: str) -> Library:
    return read_library(ROOT, only=regimen)


def example_of(regimen: str) -> Course:
    """Give the course of a regimen's first worked example, with every WARN acknowledged."""
    shelf = shelved(regimen)
    found = shelf.regimen(regimen)
    example = found.examples[0]
    patient = PatientEntry.model_validate({"label": "ward-7", **example.patient})
    plan = make_plan(
        found, shelf.knowledge_for(found), shelf.site, patient, first_day="2026-11-30",
        made_on=MADE_ON, choices=example.choose,
    )  # fmt: skip
    seen = [
        Acknowledgement(code=finding.code, reason="seen")
        for finding in course(plan, shelf).unacknowledged
    ]
    return course(plan.model_copy(update={"acknowledgements": seen}), shelf)
