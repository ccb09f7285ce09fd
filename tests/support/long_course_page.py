"""A page with the downloads of a course of eleven years, a dose a day; run by streamlit."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st

from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.span import Span
from schedules.library.reader import read_library
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from screens.parts.downloads import show_downloads
from screens.state.session import current_session

_DAYS = 4015


@st.cache_resource
def _long_course() -> tuple[Course, Library]:
    library = read_library(Path(__file__).resolve().parents[2], only="thioctic-acid")
    regimen = library.regimen("thioctic-acid")
    phases = [
        phase.model_copy(update={"length": days})
        for phase, days in zip(regimen.phases, (Span(days=15), Span(days=_DAYS)), strict=True)
    ]
    longer = regimen.model_copy(update={"phases": phases, "choices": []})
    library.regimens[regimen.id] = longer
    plan = make_plan(
        longer,
        library.knowledge_for(longer),
        library.site,
        PatientEntry(label="ward-7", sex="male", age="48 years"),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={},
    )
    return work_out(plan, library), library


show_downloads(current_session(), *_long_course())
