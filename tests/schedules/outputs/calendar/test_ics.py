"""The calendar file, read by programs that did not write it: vobject, icalendar, dateutil."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dosing.errors import InputError
from dosing.trace import RefusedError
from dosing.units import NO_BREAK_SPACE
from schedules.course.checked import Verification, VerificationState
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.label import about_label
from tests.schedules.outputs.calendar.test_vtimezone import ZONES
from tests.support.outside import chosen
from tests.support.places import ROOT
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    course_of,
    library,
    man,
    planned,
)
from tests.support.shelf import shelf

ONE_DAY = dt.timedelta(days=1)


def choice(**more: str) -> CalendarChoice:
    return CalendarChoice.model_validate({"oral": "each", "times": "utc", "alarm": "none", **more})


def events(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def unfolded(data: bytes) -> str:
    return data.decode().replace("\r\n ", "")


def starts(data: bytes) -> list[dt.datetime]:
    found = []
    for event in events(data):
        start = event["DTSTART"].dt
        assert isinstance(start, dt.datetime)
        found.append(start.astimezone(dt.UTC))
    return found


def wanted_starts(found: Course) -> list[dt.datetime]:
    """Return the instants by zoneinfo, from the rows of the course."""
    zone = ZoneInfo(found.plan.zone)
    return [
        dt.datetime.combine(row.date, row.time, tzinfo=zone).astimezone(dt.UTC)
        for row in found.rows
    ]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("times", ["utc", "zone"])
@pytest.mark.parametrize("discreet", [False, True])
def test_the_file_is_an_icalendar_file_of_lines_that_every_program_takes(
    name: str, times: str, discreet: bool
) -> None:
    data = to_ics(course_of(name), discreet=discreet, choice=choice(times=times, alarm="30 min"))
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    text = unfolded(data)
    assert "METHOD" not in text
    assert text.count("BEGIN:VEVENT") == len(course_of(name).rows)
    for event in text.split("BEGIN:VEVENT")[1:]:
        assert "RRULE" not in event
        start = re.search(r"^DTSTART(.*?):(\S+)\r$", event, re.MULTILINE)
        assert start is not None
        # Neither floating nor a date alone: an instant in UTC, or a wall time in a named zone.
        if times == "utc":
            assert (start[1], start[2][-1]) == ("", "Z")
        else:
            assert start[1] == ";TZID=Europe/London"
            assert not start[2].endswith("Z")
        for key in ("UID", "DTSTAMP", "DTEND", "SUMMARY", "STATUS", "SEQUENCE"):
            assert len(re.findall(rf"^{key}[;:]", event, re.MULTILINE)) == 1
    assert ("BEGIN:VTIMEZONE" in text) == (times == "zone")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("times", ["utc", "zone"])
def test_vobject_reads_the_same_instants_as_icalendar(name: str, times: str) -> None:
    found = course_of(name)
    data = to_ics(found, choice=choice(times=times))
    read = vobject.readOne(data.decode())
    by_vobject = [
        (event.uid.value, event.dtstart.value.astimezone(dt.UTC), event.summary.value)
        for event in read.vevent_list
    ]
    by_icalendar = [
        (str(event["UID"]), event["DTSTART"].dt.astimezone(dt.UTC), str(event["SUMMARY"]))
        for event in events(data)
    ]
    assert by_vobject == by_icalendar
    assert [start for _, start, _ in by_vobject] == wanted_starts(found)


@pytest.mark.parametrize("name", ALL)
def test_utc_is_the_default_and_the_zone_gives_the_same_instants(name: str) -> None:
    found = course_of(name)
    default = to_ics(found, choice=found.plan.site.calendar.model_copy(update={"oral": "each"}))
    assert b"VTIMEZONE" not in default
    assert starts(default) == starts(to_ics(found, choice=choice(times="zone")))


@pytest.mark.hazard("H18")
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("times", ["utc", "zone"])
@pytest.mark.parametrize("start", ["2027-03-01", "2027-09-20"])
def test_a_course_across_the_clock_change_stays_at_its_wall_time(
    zone: str, times: str, start: str
) -> None:
    # Six pulses, 28 days apart, cross a change in spring or autumn on both hemispheres.
    found = course_of(CYCLOPHOSPHAMIDE, start=start, zone=zone, times={"infusion": "10:30"})
    data = to_ics(found, choice=choice(times=times))
    assert starts(data) == wanted_starts(found)
    for event in events(data):
        local = event["DTSTART"].dt.astimezone(ZoneInfo(zone))
        assert f"{local:%H:%M}" == "10:30"
        assert event["DTEND"].dt - event["DTSTART"].dt == dt.timedelta(minutes=60)
        assert f"Local time 10:30 to 11:30, {zone}" in event["DESCRIPTION"]


def test_weekly_doses_across_the_change_are_those_of_the_source() -> None:
    (row,) = chosen("schedules", kind="dst_wall_time")
    asked, wanted = json.loads(row["spec_json"]), json.loads(row["expected_json"])
    assert (asked["freq"], asked["dtstart"][11:16]) == ("WEEKLY", "19:00")
    first_day = asked["dtstart"][:10]
    found = course_of(
        RITUXIMAB,
        start=first_day,
        made_on=dt.date.fromisoformat(first_day),
        zone=asked["tzid"],
        times={"infusion": "19:00"},
    )
    for times in ("utc", "zone"):
        got = [
            f"{start:%Y-%m-%dT%H:%M:%SZ}"
            for start in starts(to_ics(found, choice=choice(times=times)))
        ]
        assert got == wanted[:4]


def test_an_hour_on_the_pump_across_the_clock_change_is_an_hour() -> None:
    # 00:30 to 01:30 UTC on the night when London's clock jumps from 01:00 to 02:00.
    found = course_of(
        CYCLOPHOSPHAMIDE, start="2027-03-28", times={"infusion": "00:30"}, zone="Europe/London"
    )
    for times in ("utc", "zone"):
        event = events(to_ics(found, choice=choice(times=times)))[0]
        begin, end = (event[key].dt.astimezone(dt.UTC) for key in ("DTSTART", "DTEND"))
        assert f"{begin:%d %H:%M} {end:%d %H:%M}" == "28 00:30 28 01:30"
        assert "Local time 00:30 to 02:30, Europe/London" in event["DESCRIPTION"]


def test_the_first_infusion_is_longer_where_the_regimen_says_so() -> None:
    lengths = [
        event["DTEND"].dt - event["DTSTART"].dt for event in events(to_ics(course_of(RITUXIMAB)))
    ]
    takes = library().regimen(RITUXIMAB).phases[0].medicines[0].booked
    assert takes is not None
    assert (
        lengths
        == [dt.timedelta(minutes=float(takes.first.magnitude))]
        + [dt.timedelta(minutes=float(takes.later.magnitude))] * 3
    )


def test_oral_doses_are_one_event_each_if_so_chosen() -> None:
    found = course_of(THIOCTIC, start="2027-01-04")
    every = events(to_ics(found, choice=choice(oral="each")))
    assert len(every) == 41
    assert [event["DTEND"].dt - event["DTSTART"].dt for event in every[10:]] == [
        dt.timedelta(minutes=15)
    ] * 31


@pytest.mark.parametrize("times", ["utc", "zone"])
def test_a_run_of_equal_oral_doses_is_one_all_day_event_with_its_end_exclusive(times: str) -> None:
    found = course_of(THIOCTIC, start="2027-01-04")
    *infusions, run = events(to_ics(found, choice=choice(oral="run", times=times)))
    assert len(infusions) == 10
    assert (run["DTSTART"].dt, run["DTEND"].dt) == (dt.date(2027, 1, 14), dt.date(2027, 2, 14))
    assert run["DTSTART"].params["VALUE"] == "DATE"
    assert (run["DTEND"].dt - run["DTSTART"].dt).days == 31
    assert run["SUMMARY"] == "600 mg thioctic acid, oral, each day"
    assert "doses 11 to 41 of 41" in run["DESCRIPTION"]
    assert "Each day at 07:30, Europe/London" in run["DESCRIPTION"]


def test_infusions_are_never_joined_to_a_run() -> None:
    found = course_of(IMMUNOGLOBULIN)
    assert len(events(to_ics(found, choice=choice(oral="run")))) == 5


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("oral", ["each", "run"])
def test_uids_are_unique_and_the_discreet_ones_name_no_program(name: str, oral: str) -> None:
    found = course_of(name)
    clinical, discreet = (
        [
            str(event["UID"])
            for event in events(to_ics(found, discreet=quiet, choice=choice(oral=oral)))
        ]
        for quiet in (False, True)
    )
    assert clinical == [f"{uid}@posology" for uid in discreet]
    assert len(set(clinical)) == len(clinical)
    assert all(re.fullmatch(r"[0-9a-f]{32}", uid) for uid in discreet)


@pytest.mark.parametrize("name", [RITUXIMAB, CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN])
def test_uids_stay_when_the_first_day_of_the_plan_moves(name: str) -> None:
    plan = planned(name)
    moved = plan.model_copy(update={"first_day": dt.date(2027, 1, 11)})
    before, after = (events(to_ics(work_out(which, library()))) for which in (plan, moved))
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert [event["DTSTART"].dt for event in before] != [event["DTSTART"].dt for event in after]


def test_uids_do_not_hold_what_they_are_made_of() -> None:
    found = course_of(RITUXIMAB)
    uid = str(events(to_ics(found))[0]["UID"])
    assert uid == hashlib.sha256(found.rows[0].id.encode()).hexdigest()[:32] + "@posology"


def test_another_plan_has_other_uids() -> None:
    one = {str(event["UID"]) for event in events(to_ics(course_of(RITUXIMAB)))}
    other = course_of(RITUXIMAB, who=man(label="ward-8"))
    assert not one & {str(event["UID"]) for event in events(to_ics(other))}


@pytest.mark.parametrize("name", ALL)
def test_the_dose_stands_first_in_the_summary(name: str) -> None:
    for event in events(to_ics(course_of(name))):
        assert re.match(r"[0-9][0-9,.]* (mg|g) [a-z]", event["SUMMARY"])
        drug = library().drug(library().regimen(name).drugs[0]).name
        assert drug in event["SUMMARY"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("oral", ["each", "run"])
def test_every_event_says_from_which_plan_and_regimen_it_is(name: str, oral: str) -> None:
    found = course_of(name)
    regimen = library().regimen(name)
    line = (
        f"Regimen {name} version {regimen.version}, {regimen.status}; "
        f"not checked by a pharmacist; plan {found.plan.hash[:12]}; Posology {found.plan.program}"
    )
    for event in events(to_ics(found, choice=choice(oral=oral))):
        assert line in event["DESCRIPTION"]


def test_an_event_carries_the_derivation_and_what_has_to_be_known_before() -> None:
    first, *later = (
        str(event["DESCRIPTION"]).replace(NO_BREAK_SPACE, " ")
        for event in events(to_ics(course_of(RITUXIMAB)))
    )
    assert "1.8447 m2" in first
    assert "691.75 mg" in first  # 1.844662 x 375 = 691.748
    assert "rounded: 700 mg" in first
    assert "induction, cycle 1, day 1; dose 1 of 4" in first
    assert "Before the first dose: hepatitis B result" in first
    assert all("Before the first dose" not in text for text in later)
    assert all("Before each dose: paracetamol" in text for text in (first, *later))


def test_another_dose_is_marked_in_every_event() -> None:
    for event in events(to_ics(course_of(RITUXIMAB, dose="350 mg/m2"))):
        assert "not the regimen's dose but 350 mg/m2" in event["DESCRIPTION"]


def test_an_acknowledged_warning_stands_in_every_event_with_its_reason() -> None:
    found = course_of(
        RITUXIMAB,
        who=man(weight="60 kg", height="160 cm"),
        dose="412 mg/m2",
        acknowledged={"limit.usual.above.dose": "agreed on the round; see notes, page 3"},
    )
    for event in events(to_ics(found)):
        text = str(event["DESCRIPTION"])
        assert "above the usual dose" in text
        assert "Acknowledged: agreed on the round; see notes, page 3" in text


def test_nothing_leaves_while_a_warning_waits() -> None:
    found = course_of(RITUXIMAB, who=man(weight="60 kg", height="160 cm"), dose="412 mg/m2")
    for discreet in (False, True):
        with pytest.raises(RefusedError):
            to_ics(found, discreet=discreet)


AWKWARD = 'ward 7; bed 2, \\ left: "A" é'


def test_signs_with_a_meaning_in_the_format_come_through_as_they_are() -> None:
    data = to_ics(course_of(RITUXIMAB, who=man(label=AWKWARD)))
    assert vobject.readOne(data.decode()).x_wr_calname.value.startswith(AWKWARD)
    # In the file a backslash stands before each of them (RFC 5545, 3.3.11).
    assert 'X-WR-CALNAME:ward 7\\; bed 2\\, \\\\ left: "A" é' in unfolded(data)


@given(label=st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=60))
@example(label="C:\\North\\new")
@example(label="000000")  # looks like a record number: a WARN, which a person may accept
@settings(max_examples=25)
def test_any_label_comes_through(label: str) -> None:
    accepted = {found.code: "a bed of ours" for found in about_label(label)}
    data = to_ics(course_of(RITUXIMAB, who=man(label=label), acknowledged=accepted))
    title = library().regimen(RITUXIMAB).title
    assert vobject.readOne(data.decode()).x_wr_calname.value == f"{label} {title}".strip()
    assert len(events(data)) == 4


REASONS = ["a, b; c", "C:\\new", "C:\\North", "back\\slash\\", "two\\n", "two\\N", "\\\\N\\"]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_comes_through_as_it_was_typed(reason: str) -> None:
    found = course_of(
        RITUXIMAB,
        who=man(weight="60 kg", height="160 cm"),
        dose="412 mg/m2",
        acknowledged={"limit.usual.above.dose": reason},
    )
    data = to_ics(found)
    for text in (
        str(events(data)[0]["DESCRIPTION"]),
        vobject.readOne(data.decode()).vevent_list[0].description.value,
    ):
        assert f"Acknowledged: {reason}\n" in text


def secrets(name: str) -> set[str]:
    """Return every word that tells the drug, the disease or the regimen."""
    regimen = library().regimen(name)
    drugs = [library().drug(drug) for drug in regimen.drugs]
    routes = {medicine.route for phase in regimen.phases for medicine in phase.medicines}
    words = {name, regimen.title, *regimen.for_, *routes, *regimen.drugs}
    words |= {text for drug in drugs for text in (drug.name, *drug.also)}
    words |= {phase.name for phase in regimen.phases}
    for text in (regimen.title, *regimen.for_):
        words |= set(re.findall(r"\w{5,}", text))
    return {word.lower() for word in words} - {"every", "times", "about"}


@pytest.mark.hazard("H26")
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("oral", ["each", "run"])
@pytest.mark.parametrize("times", ["utc", "zone"])
def test_the_discreet_file_tells_neither_drug_nor_dose_nor_disease(
    name: str, oral: str, times: str
) -> None:
    found = course_of(name, who=man(label="secret label"))
    data = to_ics(found, discreet=True, choice=choice(oral=oral, times=times, alarm="1 h"))
    for text in (unfolded(data).lower(), data.decode().lower()):
        told = {word for word in {*secrets(name), "secret label"} if word in text}
        assert not told
        assert not re.search(r"\d[\s\u00a0](mg|g|mcg|units|ml|mmol|kg|m2|cm)\b", text)
        assert not re.search(r"\b(dose|infusion|drug|regimen|diagnosis|color)", text)
        assert not re.search(r"posolog|pharm|medic|tablet", text)
    read = icalendar.Calendar.from_ical(data)
    assert str(read["X-WR-CALNAME"]) == "Appointments"
    titles = [str(event["SUMMARY"]) for event in events(data)]
    # What is taken at home is a reminder.
    assert titles.count("Appointment") == sum(row.route != "oral" for row in found.rows)
    assert set(titles) - {"Appointment"} == ({"Reminder"} if name == THIOCTIC else set())
    for event in events(data):
        assert f"Plan {found.plan.hash[:12]}" in event["DESCRIPTION"]
        assert str(event["CLASS"]) == "PRIVATE"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("checked", "CONFIRMED"),
        ("not checked", "TENTATIVE"),
        ("sent back", "TENTATIVE"),
        ("void", "TENTATIVE"),
    ],
)
def test_only_what_is_checked_and_depends_on_nothing_is_confirmed(
    state: VerificationState, status: str
) -> None:
    found = dataclasses.replace(course_of(RITUXIMAB), checked=Verification(state=state, text=state))
    first, *rest = found.rows
    found = dataclasses.replace(
        found, rows=(dataclasses.replace(first, condition="CD19 is above 1 %"), *rest)
    )
    for discreet in (False, True):
        said = events(to_ics(found, discreet=discreet))
        assert [str(event["STATUS"]) for event in said] == ["TENTATIVE", *[status] * 3]
    title = str(events(to_ics(found))[0]["SUMMARY"])
    assert title == "ONLY IF CD19 is above 1 %: 700 mg rituximab, intravenous infusion"


def test_a_run_rings_each_day_before_its_dose_and_one_infusion_once() -> None:
    found = course_of(THIOCTIC, start="2027-01-04")
    *infusions, run = events(to_ics(found, choice=choice(oral="run", alarm="45 min")))
    for infusion in infusions:
        [alarm] = infusion.walk("VALARM")
        assert alarm["TRIGGER"].dt == -dt.timedelta(minutes=45)
        assert "REPEAT" not in alarm
    [alarm] = run.walk("VALARM")
    # The tablets are taken at 07:30 on 31 days; the event begins at midnight.
    assert alarm["TRIGGER"].dt == dt.timedelta(hours=6, minutes=45)
    assert (int(alarm["REPEAT"]), alarm["DURATION"].dt) == (30, dt.timedelta(days=1))


def test_a_place_stands_where_the_patient_comes_to_and_in_no_discreet_file() -> None:
    found, place = course_of(THIOCTIC), "Day unit, level 2; bay A"
    clinical = events(to_ics(found, choice=choice(place=place)))
    for event in clinical:
        at_home = ", oral" in event["SUMMARY"]
        assert event.get("LOCATION") == (None if at_home else place)
        assert event["COLOR"] == ("seagreen" if at_home else "royalblue")
    assert {", oral" in event["SUMMARY"] for event in clinical} == {False, True}
    assert b"LOCATION" not in to_ics(found, discreet=True, choice=choice(place=place))


def test_the_clinical_file_would_not_pass_as_discreet() -> None:
    text = unfolded(to_ics(course_of(RITUXIMAB))).lower()
    assert {"rituximab", "rituximab-weekly", "intravenous infusion"} <= {
        word for word in secrets(RITUXIMAB) if word in text
    }
    assert re.search(r"\d[\s\u00a0](mg|g)\b", text)


def test_the_discreet_file_has_the_same_times_as_the_clinical_one() -> None:
    for name in ALL:
        found = course_of(name)
        clinical, discreet = (to_ics(found, discreet=quiet) for quiet in (False, True))
        for key in ("DTSTART", "DTEND"):
            assert [e[key].dt for e in events(clinical)] == [e[key].dt for e in events(discreet)]


@pytest.mark.parametrize(("text", "minutes"), [("30 min", 30), ("2 h", 120), ("1 day", 1440)])
@pytest.mark.parametrize("discreet", [False, True])
def test_an_alarm_rings_so_long_before_each_dose(text: str, minutes: int, discreet: bool) -> None:
    data = to_ics(course_of(RITUXIMAB), discreet=discreet, choice=choice(alarm=text))
    for event in events(data):
        (alarm,) = event.walk("VALARM")
        assert str(alarm["ACTION"]) == "DISPLAY"
        assert alarm["TRIGGER"].dt == -dt.timedelta(minutes=minutes)
        assert str(alarm["DESCRIPTION"]) == str(event["SUMMARY"])


def test_without_the_choice_nothing_rings() -> None:
    assert b"VALARM" not in to_ics(course_of(RITUXIMAB), choice=choice())


def test_an_alarm_that_is_no_time_is_refused() -> None:
    wrong = choice().model_copy(update={"alarm": "1,5 h"})
    with pytest.raises(InputError, match=r"write 1\.5 h"):
        to_ics(course_of(RITUXIMAB), choice=wrong)


@pytest.mark.parametrize("name", ALL)
def test_the_same_plan_gives_the_same_bytes(name: str) -> None:
    for discreet in (False, True):
        once, again = (
            to_ics(work_out(planned(name), library()), discreet=discreet) for _ in range(2)
        )
        assert once == again


def test_the_same_plan_gives_the_same_bytes_in_a_new_process(tmp_path: Path) -> None:
    plan = planned(THIOCTIC)
    script = (
        "import sys; from pathlib import Path; from schedules.library.reader import read_library; "
        "from schedules.plans.plan import Plan; from schedules.course.work_out import work_out; "
        "from schedules.outputs.calendar.ics import to_ics; "
        "plan = Plan.from_json(sys.stdin.buffer.read().decode()); "
        "sys.stdout.buffer.write(to_ics(work_out(plan, read_library(Path(sys.argv[1])))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(shelf(tmp_path))],
        input=plan.to_json().encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout == to_ics(work_out(plan, library()))


def test_the_time_stamp_is_the_day_of_the_plan_and_not_today() -> None:
    for event in events(to_ics(course_of(RITUXIMAB))):
        assert event["DTSTAMP"].dt == dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
