"""The whole visit: coming, the infusion on its ladder, and the time for which a person is watched.

The drug file of inebilizumab: premedication 60 min before, watched for 60 min; 90 min are booked.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pypdf
import pytest
from pydantic import ValidationError

from dosing.units import NO_BREAK_SPACE
from schedules.course.course import Course
from schedules.course.visit import time_visit, weight_on
from schedules.course.work_out import work_out
from schedules.knowledge.phase import Phase
from schedules.outputs import table
from schedules.outputs.calendar.appointments import list_appointments
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.fhir.bundle import to_fhir
from schedules.outputs.paper.chart import print_chart
from schedules.outputs.paper.patient_sheet import print_patient_sheet
from schedules.plans.changes import Adjust, Omit, Reweigh
from tests.support.fhir import dates
from tests.support.planning import RITUXIMAB, course_of, example_of, library, man, planned

AT = dt.datetime(2026, 11, 21, 15, 40, tzinfo=dt.UTC)
WHO: dict[str, Any] = {"who": "AB", "when": AT, "why": "asked for"}
INEBILIZUMAB = "inebilizumab"


def spans(found: Course) -> list[tuple[str, str]]:
    """Return the first and last instant of each event, as the file has them."""
    events = icalendar.Calendar.from_ical(to_ics(found)).walk("VEVENT")
    return [
        (f"{event.decoded('dtstart'):%Y%m%dT%H%M%SZ}", f"{event.decoded('dtend'):%Y%m%dT%H%M%SZ}")
        for event in events
    ]


def read(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace(
        NO_BREAK_SPACE, " "
    )


def said(found: Course) -> list[str]:
    return [
        finding.text.replace(NO_BREAK_SPACE, " ")
        for finding in found.findings
        if finding.code == "visit.booked_too_short"
    ]


def omitted(at: str) -> Course:
    plan = planned(RITUXIMAB)
    change = Omit(at=at, scope="this day", **WHO)
    return work_out(plan.model_copy(update={"changes": [change]}), library())


@pytest.mark.hazard("H90")
def test_the_event_is_the_whole_visit_and_its_text_names_the_parts() -> None:
    found = example_of(INEBILIZUMAB)
    # 09:00 in London in winter is 09:00 UTC: one hour before, 90 min, one hour after.
    assert spans(found)[0] == ("20261130T080000Z", "20261130T113000Z")
    first = icalendar.Calendar.from_ical(to_ics(found)).walk("VEVENT")[0]
    assert "Arrive 08:00; infusion 09:00 to 10:30; observed until 11:30. Local time" in str(
        first["DESCRIPTION"]
    )
    assert (found.rows[0].date, found.rows[0].time) == (dt.date(2026, 11, 30), dt.time(9))


def test_the_discreet_event_is_as_long_and_names_no_part() -> None:
    found = example_of(INEBILIZUMAB)
    first = icalendar.Calendar.from_ical(to_ics(found, discreet=True)).walk("VEVENT")[0]
    text = str(first["DESCRIPTION"])
    assert "Local time 08:00 to 11:30, Europe/London" in text
    assert "infusion" not in text.lower()
    assert first["DTSTART"].to_ical() == b"20261130T080000Z"


def test_what_a_wards_calendar_is_held_against_begins_with_the_visit() -> None:
    found = example_of(INEBILIZUMAB)
    assert f"{list_appointments(found)[0].start:%Y-%m-%d %H:%M %Z}" == "2026-11-30 08:00 UTC"


def test_a_visit_across_the_clock_change_counts_hours_that_pass() -> None:
    # London jumps from 01:00 to 02:00 on 28 March 2027: 02:30 there is 01:30 UTC, an hour before
    # it 00:30 on the wall; 90 min and an hour after it 04:00 UTC, 05:00 on the wall.
    row = dataclasses.replace(
        example_of(INEBILIZUMAB).rows[0], date=dt.date(2027, 3, 28), time=dt.time(2, 30)
    )
    found = time_visit(row, ZoneInfo("Europe/London"))
    assert str(found) == "Arrive 00:30; infusion 02:30 to 04:00; observed until 05:00"
    assert f"{found.arrives.astimezone(dt.UTC):%d %H:%M}" == "28 00:30"
    assert f"{found.leaves.astimezone(dt.UTC):%d %H:%M}" == "28 04:00"


@pytest.mark.parametrize(
    ("begins", "words"),
    [
        ("22:30", "Arrive 21:30; infusion 22:30 to 00:00 next day; observed until 01:00 next day"),
        ("00:30", "Arrive 23:30 the day before; infusion 00:30 to 02:00; observed until 03:00"),
    ],
)
def test_a_visit_over_midnight_names_the_day(begins: str, words: str) -> None:
    time = dt.time.fromisoformat(begins)
    row = dataclasses.replace(example_of(INEBILIZUMAB).rows[0], time=time)
    assert str(time_visit(row, ZoneInfo("Europe/London"))) == words


def test_table_chart_patients_sheet_and_fhir_say_when_to_come() -> None:
    found = example_of(INEBILIZUMAB)
    parts = "Arrive 08:00; infusion 09:00 to 10:30; observed until 11:30"
    row = table.rows(found)[0]
    assert (row["time"], row["minutes"]) == ("09:00", 90)
    assert (row["visit_from"], row["visit_to"], row["visit"]) == ("08:00", "11:30", parts)
    assert parts in read(print_chart(found, printed_at=AT))
    sheet = read(print_patient_sheet(found, printed_at=AT))
    assert f"Monday 30 November 08:00 300 mg inebilizumab, intravenous infusion. {parts}" in sheet
    discreet = read(print_patient_sheet(found, printed_at=AT, discreet=True))
    assert "Monday 30 November 08:00 Appointment, until about 11:30" in discreet
    assert "nfusion" not in discreet
    entries = [entry["resource"] for entry in json.loads(to_fhir(found))["entry"]]
    (one, *_) = [entry for entry in entries if entry["resourceType"] == "MedicationRequest"]
    dosage = one["dosageInstruction"][0]
    assert dates(dosage["timing"])[0] == "2026-11-30T09:00"
    notes = [note["text"] for note in one["note"]]
    assert "Arrives 60 min before the infusion. Observed for 60 min after the infusion." in notes


def test_the_patients_sheet_lists_dated_tests() -> None:
    # Day 11 of the first cycle, 30 November + 10 days.
    named = read(print_patient_sheet(example_of("cyclophosphamide-euvas"), printed_at=AT))
    assert "Thursday 10 December 09:00 full blood count at its lowest" in named
    discreet = print_patient_sheet(
        example_of("cyclophosphamide-euvas"), printed_at=AT, discreet=True
    )
    assert "Thursday 10 December 09:00 Appointment" in read(discreet)
    assert "blood" not in read(discreet)


@pytest.mark.hazard("H90")
def test_a_dose_that_takes_longer_than_is_booked_is_shown_as_long_as_it_takes() -> None:
    # 110 kg and 190 cm: root of 20900/3600 = 2.4095 m2, x 375 = 903.6, to 100 mg: 900 mg.
    # 700 mg in 210 min and 200 mg at 400 mg/h are 240 min; later 300 mg in 90 min and 600 mg in 90.
    found = course_of(RITUXIMAB, who=man(weight="110 kg", height="190 cm"))
    assert [row.dose.amount.magnitude for row in found.rows] == [900] * 4
    assert spans(found) == [
        ("20261130T090000Z", "20261130T130000Z"),
        ("20261207T090000Z", "20261207T120000Z"),
        ("20261214T090000Z", "20261214T120000Z"),
        ("20261221T090000Z", "20261221T120000Z"),
    ]
    assert said(found) == [
        "900 mg of rituximab as a first infusion takes 240 min by rituximab-first; 210 min are "
        "booked. The calendar shows 240 min.",
        "900 mg of rituximab as a later infusion takes 180 min by rituximab-later; 150 min are "
        "booked. The calendar shows 180 min.",
    ]
    assert {f.level for f in found.findings if f.code == "visit.booked_too_short"} == {"NOTE"}


def test_a_part_of_a_minute_is_booked_as_a_whole_one() -> None:
    # 700 mg in 210 min, and 70 mg at 400 mg/h in 10.5; later 300 mg in 90 and 470 mg in 70.5.
    change = Adjust(at="induction cycle 1 day 1", scope="later", amount="770 mg", **WHO)
    found = work_out(planned(RITUXIMAB).model_copy(update={"changes": [change]}), library())
    assert [row.length.total_seconds() / 60 for row in found.rows] == [221, 161, 161, 161]
    assert (
        "takes 220.5 min by rituximab-first; 210 min are booked. The calendar shows 221 min."
        in (" ".join(said(found)))
    )


def test_a_dose_that_takes_no_longer_keeps_what_is_booked() -> None:
    # 60 kg and 160 cm: 600 mg, 192.9 min and 135 min by the ladders; 210 and 150 are booked.
    found = course_of(RITUXIMAB, who=man(weight="60 kg", height="160 cm"))
    assert [row.length.total_seconds() / 60 for row in found.rows] == [210, 150, 150, 150]
    assert said(found) == []


@pytest.mark.hazard("H90")
def test_after_an_omitted_first_dose_the_next_is_booked_as_a_first_infusion() -> None:
    found = omitted("cycle 1 day 1")
    assert [row.infusion for row in found.rows] == ["first", "later", "later"]
    assert [row.length.total_seconds() / 60 for row in found.rows] == [210, 150, 150]
    assert said(found) == [
        "700 mg of rituximab as a first infusion takes 210 min by rituximab-first; 150 min are "
        "booked. The calendar shows 210 min."
    ]
    # The event that is no longer there keeps its times, and the one that grew is sent again.
    stands = {one.rows[0].day: one for one in list_appointments(found)}
    assert (stands[1].cancelled, stands[8].sequence, stands[15].sequence) == (True, 1, 0)


def test_a_later_phase_follows_the_later_ladder_though_it_is_its_first_dose() -> None:
    found = example_of("nipocalimab")
    assert [row.ladder for row in found.rows] == ["nipocalimab-first"] + ["nipocalimab-later"] * 3
    # At least 30 min and 15 min, which is what is booked; watched for 30 min.
    assert [row.length.total_seconds() / 60 for row in found.rows] == [30, 15, 15, 15]
    assert spans(found)[0] == ("20261130T090000Z", "20261130T100000Z")
    assert said(found) == []


def test_a_rate_per_kg_takes_the_weight_that_was_measured_last() -> None:
    change = Reweigh(from_day=dt.date(2026, 12, 7), weight="80 kg", doses="worked out again", **WHO)
    plan = planned(RITUXIMAB).model_copy(update={"changes": [change]})
    assert weight_on(plan, dt.date(2026, 12, 6)) == "70 kg"
    assert weight_on(plan, dt.date(2026, 12, 7)) == "80 kg"


def test_a_dose_is_not_counted_from_the_end_of_what_may_take_longer() -> None:
    medicine = {
        "drug": "rituximab",
        "route": "intravenous infusion",
        "dose": "700 mg",
        "days": [1],
        "at": ["infusion"],
        "booked": {"first": "210 min", "later": "150 min", "source": "label"},
        "rate": {"first": "rituximab-first", "later": "rituximab-later"},
        "source": "label",
    }
    after = {
        "drug": "mesna",
        "route": "oral",
        "dose": "100 mg",
        "source": "label",
        "days": "with each rituximab",
    }
    Phase.model_validate(
        {"name": "x", "medicines": [medicine, {**after, "at": ["4 hours after start"]}]}
    )
    with pytest.raises(ValidationError, match="the end of rituximab depends on its rate"):
        Phase.model_validate({"name": "x", "medicines": [medicine, {**after, "at": ["at end"]}]})
