"""A plan, records and knowledge files as 0.1.0 wrote them: kept bytes, read as they were meant.

Dates and amounts are derived here by hand. The names in a calendar and the hash of a chain cannot
be: they were copied from what 0.1.0 printed, so that they are held, not shown to be right. A later
version that stores something otherwise migrates these files, and this test stays.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import icalendar
import pytest

from records.database import sqlite_url
from records.place import FILE
from records.store import open_store
from records.transfer import export, restore
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.library.reader import read_library
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from tests.support.places import TESTS
from tests.support.planning import library

OLD = TESTS / "release" / "0.1.0"
# By hand: 70 x 175 / 3600 = 3.4028, its root 1.8447 m2, x 375 = 691.7 mg, nearest 100 mg.
AMOUNT = "700 mg"
# By hand: a Monday and the three after it are 30 November, 7, 14 and 21 December; the second and
# what comes later is put off by seven days.
FIRST = dt.date(2026, 11, 30)
DAYS = [FIRST + dt.timedelta(days=days) for days in (0, 7 + 7, 14 + 7, 21 + 7)]
# Copied: as 0.1.0 named them in a calendar. Another name would stand beside the old appointment.
NAMES = [
    "0674ef93d4fc8b411fac502f81dbca03@posology",
    "58a28657502546f465fb46d13c5593bf@posology",
    "233f1f4967f163a8afde2de8cf156ab6@posology",
    "a8965e2b95f37409ab1e3d235af511e0@posology",
]
# Copied: the hash of the last line as it stands in records.jsonl.
HEAD = "4d551f2d817768ab08244b61cfa78f6e573571135278a5935d5abcd95da5af23"


def course() -> Course:
    return work_out(Plan.from_json((OLD / "plan.json").read_text(encoding="utf-8")), library())


def test_a_plan_file_keeps_its_dates_amounts_and_names_in_the_calendar() -> None:
    found = course()
    assert [row.date for row in found.rows] == DAYS
    assert [" ".join(str(row.dose).split()) for row in found.rows] == [AMOUNT] * len(DAYS)
    events = icalendar.Calendar.from_ical(to_ics(found)).walk("VEVENT")
    names = {event.decoded("DTSTART").date(): str(event["UID"]) for event in events}
    assert [names[day] for day in DAYS] == NAMES


def test_records_are_restored_as_the_same_chain(tmp_path: Path) -> None:
    lines = (OLD / "records.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    store = open_store(sqlite_url(tmp_path / FILE))
    try:
        verdict = restore(store.engine, lines)
        assert (verdict.broken, verdict.entries, verdict.head) == (None, 1, HEAD)
        assert list(export(store.engine)) == lines
        [saved] = store.plans(library()).plans
        assert saved.label == "ward-7"
    finally:
        store.close()


def test_knowledge_files_are_read_and_planned(tmp_path: Path) -> None:
    # Copied, because what reads a folder may keep something beside it.
    old = read_library(Path(shutil.copytree(OLD / "library", tmp_path / "library")))
    found = old.regimen("thiamine")
    plan = make_plan(
        found,
        old.knowledge_for(found),
        old.site,
        PatientEntry.model_validate({"label": "ward-7", "sex": "female", "age": "61 years"}),
        first_day="2027-01-04",
        made_on=dt.date(2026, 11, 20),
        choices={"planned": "7 days"},
    )
    rows = work_out(plan, old).rows
    # 100 mg three times a day from 4 to 10 January: 7 x 3
    assert len(rows) == 21
    assert {row.date for row in rows} == {dt.date(2027, 1, day) for day in range(4, 11)}


def test_a_plan_of_another_format_is_not_guessed_at() -> None:
    text = (OLD / "plan.json").read_text(encoding="utf-8")
    assert '"format": 1' in text
    with pytest.raises(ValueError, match="format"):
        Plan.from_json(text.replace('"format": 1', '"format": 2'))
