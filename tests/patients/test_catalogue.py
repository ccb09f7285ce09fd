"""Every patient of the catalogue is told what a pharmacist expects, through three doors.

The functions that people's programs call, the command line in one process, and the Plan screen:
its own functions below the widgets, from the texts in the fields to what is drawn. That the widgets
hand over what is typed is tested in ``tests/screens``.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

import commands.plan
from commands.schedules import main
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from schedules.plans.patient_reading import read_date
from screens.forms.plan_reading import read_plan
from screens.marks import show_findings
from screens.state.session import PlanEntries, Session
from tests.patients.catalogue import START, Case, catalogue
from tests.support.planning import MADE_ON, whole_library

_LEAST_PATIENTS = 300
_LEAST_STOPS = 217


@functools.cache
def planned() -> list[tuple[Case, Course]]:
    return [(case, course_of(case)) for case in catalogue()]


def course_of(case: Case) -> Course:
    typed = dict(case.patient)
    if "born" in typed:
        typed["born"] = read_date(typed["born"], "born")
    library = case.library
    plan = make_plan(
        case.regimen,
        library.knowledge_for(case.regimen),
        library.site,
        PatientEntry.model_validate(typed),
        first_day=START,
        made_on=MADE_ON,
        choices=case.choices,
    )
    return work_out(plan, library)


def test_every_patient_is_told_what_is_expected() -> None:
    assert len(catalogue()) >= _LEAST_PATIENTS
    assert len({(case.who, case.code) for case in catalogue()}) == len(catalogue())
    assert not [wrong for case, course in planned() if (wrong := case.missed_in(course.findings))]


def test_a_stop_that_is_lost_is_noticed_by_the_catalogue_alone(
    record_property: Callable[[str, object], None],
) -> None:
    """A patient notices it where nothing else says what is expected of that patient."""
    drugs = whole_library().drugs.values()
    stops = {
        answer.code_of(drug.id, question)
        for drug in drugs
        for question, _, answer in drug.safety.every_answer()
        if answer.level == "STOP"
    }
    noticed: set[str] = set()
    for case, course in planned():
        told = {one.code for one in course.findings if not case.missed_in([one])}
        if case.level == "STOP" and len(told) == 1:
            noticed |= told & stops
    record_property("STOPs that no patient of the catalogue is about", sorted(stops - noticed))
    assert len(noticed) >= _LEAST_STOPS, sorted(stops - noticed)


def test_the_command_line_tells_every_patient_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = []
    for case in catalogue():
        # One process reads the library once.
        monkeypatch.setattr(
            commands.plan, "read_knowledge_as_kept", lambda *_, of=case, **__: of.library
        )
        exit_code = main(typed_line(case))
        out, err = capsys.readouterr()
        if exit_code not in (0, 3):
            wrong.append(f"{case.who}: {err}")
            continue
        told = json.loads(out)["findings"]
        if missed := case.missed_in(told):
            wrong.append(missed)
        if (exit_code == 3) is not any(one["level"] == "STOP" for one in told):
            wrong.append(f"{case.who}: exit code {exit_code}")
    assert not wrong


def typed_line(case: Case) -> list[str]:
    options = {field.name: field.option for field in PATIENT_FIELDS}
    typed = ["plan", case.regimen.id, "--start", START, "--made-on", MADE_ON.isoformat(), "--json"]
    for name, value in case.patient.items():
        for text in value if isinstance(value, list) else [value]:
            typed += [f"--{options[name]}", text]
    for name, text in case.choices.items():
        typed += ["--choose", f"{name}={text}"]
    return typed


def test_the_screen_tells_every_patient_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(st, "html", lambda body, **_: drawn.append(str(body)))
    wrong = []
    for case, course in planned():
        plan = read_plan(Session(plan=typed_fields(case)), case.library, case.regimen, MADE_ON)
        if plan != course.plan:  # and so another course
            wrong.append(f"{case.who}: {plan.patient}")
        drawn.clear()
        show_findings(course.findings)
        if missed := _not_drawn(case, course, " ".join(drawn)):
            wrong.append(missed)
    assert not wrong


def typed_fields(case: Case) -> PlanEntries:
    """Return the fields of the screen as a person fills them: a list is one text with commas."""
    patient: dict[str, Any] = {
        name: ", ".join(value) if isinstance(value, list) else value
        for name, value in case.patient.items()
    }
    return PlanEntries(
        patient=patient,
        age_or_born="born" if "born" in patient else "age",
        regimen=case.regimen.id,
        choices={case.regimen.id: dict(case.choices)},
        first_day=START,
    )


def _not_drawn(case: Case, course: Course, html: str) -> str:
    """Return which finding of a case is not on the page with its level."""
    for finding in course.findings:
        if case.code and finding.code.startswith(case.code) and finding.level == case.level:
            line = html.partition(f'<li class="finding {finding.level.lower()}">')[2]
            if not line:
                return f"{case.who}: {finding.level} is not drawn"
    return ""
