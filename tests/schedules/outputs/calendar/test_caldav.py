"""Filling and repairing a calendar on a real CalDAV server (Radicale), and reading one back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import vobject

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.outputs.calendar.caldav import CalendarServer
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.calendar.push import HowToPush, Written, push
from schedules.outputs.calendar.ward import compare_calendar
from schedules.plans.changes import Defer, Omit
from tests.support.asking import Ask
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, SAID, changed, library, planned
from tests.support.radicale import PASSWORD, USER, radicale

NOW = dt.datetime(2026, 12, 20, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start Radicale and give the address of an empty calendar."""
    with radicale(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.fixture
def calendar(server: str) -> Iterator[str]:
    yield server
    for href in held(server):
        requests.delete(server + href, auth=(USER, PASSWORD), timeout=5)


def held(url: str) -> dict[str, Any]:
    """Return the events that the server holds, by the name of their resource."""
    answer = requests.get(url, auth=(USER, PASSWORD), timeout=5)
    if not answer.content:
        return {}
    events = getattr(vobject.readOne(answer.text), "vevent_list", [])
    return {f"{event.uid.value}.ics": event for event in events}


def days(url: str, status: str = "TENTATIVE") -> list[str]:
    return sorted(
        event.dtstart.value.date().isoformat()
        for event in held(url).values()
        if event.status.value == status
    )


def on(url: str, password: str = PASSWORD) -> CalendarServer:
    return CalendarServer(url=url, user=USER, password=password)


def pushed(found: Course, url: str, written: Written | None = None, **how: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in push(found, on(url), HowToPush(**how), written=written):
        counts[one.answer] = counts.get(one.answer, 0) + 1
    return counts


@pytest.mark.hazard("H66")
def test_the_second_push_repairs_the_calendar_that_the_first_filled(calendar: str) -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    assert pushed(work_out(plan, library()), calendar) == {"written": 6}
    assert days(calendar)[:2] == ["2026-11-30", "2026-12-28"]
    later = changed(
        plan,
        Defer(at="cycle 2 day 1", by_days=7, scope="later", **SAID),
        Omit(at="cycle 6 day 1", scope="this day", **SAID),
    )
    assert pushed(later, calendar) == {"as it was": 1, "written": 5}
    assert days(calendar) == [
        "2026-11-30",
        "2027-01-04",
        "2027-02-01",
        "2027-03-01",
        "2027-03-29",
    ]
    assert days(calendar, "CANCELLED") == ["2027-04-26"]
    assert len(held(calendar)) == 6  # nothing twice


@pytest.mark.hazard("H72")
def test_what_a_person_moved_on_the_server_is_not_overwritten_unasked(calendar: str) -> None:
    found = work_out(planned(CYCLOPHOSPHAMIDE), library())
    pushed(found, calendar)
    name = next(
        name
        for name, event in held(calendar).items()
        if event.dtstart.value.date() == dt.date(2026, 12, 28)
    )
    own = requests.get(calendar + name, auth=(USER, PASSWORD), timeout=5).text
    moved = own.replace("20261228T", "20261230T")
    assert moved != own
    requests.put(calendar + name, data=moved.encode(), auth=(USER, PASSWORD), timeout=5)
    assert pushed(found, calendar) == {"as it was": 5, "moved in the calendar": 1}
    assert "2026-12-30" in days(calendar)
    assert pushed(found, calendar, overwrite=True) == {"as it was": 5, "written": 1}
    assert "2026-12-30" not in days(calendar)


@pytest.mark.hazard("H72")
def test_a_real_server_keeps_the_edits_of_the_ward_and_of_nobody_else(calendar: str) -> None:
    found = work_out(planned(CYCLOPHOSPHAMIDE), library())
    written: Written = {}
    assert pushed(found, calendar, written) == {"written": 6}
    names = sorted(held(calendar))
    requests.delete(calendar + names[0], auth=(USER, PASSWORD), timeout=5)
    own = requests.get(calendar + names[1], auth=(USER, PASSWORD), timeout=5).text
    edited = own.replace("STATUS:", "LOCATION:Room 3\r\nSTATUS:")
    requests.put(calendar + names[1], data=edited.encode(), auth=(USER, PASSWORD), timeout=5)
    left = {"as it was": 4, "deleted in the calendar": 1, "edited in the calendar": 1}
    assert pushed(found, calendar, written) == left
    assert pushed(found, calendar, written, overwrite=True) == {"as it was": 4, "written": 2}
    assert pushed(found, calendar, written) == {"as it was": 6}


def test_a_collection_that_is_not_there_is_answered_in_words(calendar: str) -> None:
    with pytest.raises(InputError, match="has no calendar at this address"):
        push(work_out(planned(RITUXIMAB), library()), on(calendar.replace("course", "other")))


def test_a_wrong_password_is_answered_in_words(calendar: str) -> None:
    with pytest.raises(InputError, match="refuses this user"):
        push(work_out(planned(RITUXIMAB), library()), on(calendar, "wrong"))


@pytest.mark.parametrize(
    "url",
    [
        "http://calendar.example/",
        "http://127.0.0.1.calendar.example/",
        "http://localhost@calendar.example/",
        "http://[::1/",
        "ftp://calendar.example/",
        "calendar.example",
    ],
)
def test_a_password_never_travels_unprotected(url: str) -> None:
    with pytest.raises(InputError, match="unprotected"):
        on(url)


def test_a_server_that_is_not_there_is_answered_in_words() -> None:
    with pytest.raises(InputError, match="cannot be reached"):
        push(work_out(planned(RITUXIMAB), library()), on("http://127.0.0.1:9/"))


def test_a_course_is_pushed_from_the_command_line(
    calendar: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "plan.json"
    ask = Ask(capsys)
    ask(
        "plan",
        RITUXIMAB,
        "--label",
        "ward-7",
        "--sex",
        "male",
        "--age",
        "48 years",
        "--weight",
        "70 kg",
        "--height",
        "175 cm",
        "--start",
        "2026-11-30",
        "--out",
        path,
    )
    monkeypatch.setenv("POSOLOGY_CALDAV_PASSWORD", PASSWORD)
    said = ask("push", path, "--caldav", calendar, "--user", USER)
    assert (said.code, said.out) == (0, "4 written.\n")
    # Beside the plan it is kept what was written, and nothing else.
    kept = json.loads((tmp_path / "plan.pushed.json").read_text(encoding="utf-8"))
    [hashes] = kept.values()
    assert sorted(f"{uid}.ics" for uid in hashes) == sorted(held(calendar))
    name = next(iter(held(calendar)))
    requests.delete(calendar + name, auth=(USER, PASSWORD), timeout=5)
    again = ask("push", path, "--caldav", calendar, "--user", USER)
    assert (again.code, again.out) == (3, "3 as it was, 1 deleted in the calendar.\n")
    assert PASSWORD not in said.out + said.err


def test_a_warning_is_acknowledged_for_one_push_and_for_a_comparison(
    calendar: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POSOLOGY_CALDAV_PASSWORD", PASSWORD)
    # Above the usual 410 mg/m2 of the label, below the hard limit.
    plan = planned(RITUXIMAB, dose="412 mg/m2")
    path, file = tmp_path / "plan.json", tmp_path / "ward.ics"
    path.write_text(plan.to_json(), encoding="utf-8")
    ask, asked = Ask(capsys), ("push", path, "--caldav", calendar, "--user", USER)
    agreed = ("--acknowledge", "limit.usual.above.dose=as agreed", "--who", "AB")
    refused = ask(*asked)
    assert refused.code == 3
    assert '--acknowledge limit.usual.above.dose="the reason"' in refused.err
    assert not held(calendar)
    # Another reason opens nothing.
    assert ask(*asked, "--acknowledge", "limit.usual.above.course=as agreed").code != 0
    assert not held(calendar)
    assert ask(*asked, *agreed).out == "4 written.\n"
    assert all("as agreed" in one.description.value for one in held(calendar).values())
    # The plan file is as it was; the same words make a comparison of the same events.
    assert path.read_text(encoding="utf-8") == plan.to_json()
    answer = requests.get(calendar, auth=(USER, PASSWORD), timeout=5)
    file.write_bytes(answer.content)
    same = ask("compare", path, file, *agreed)
    assert (same.code, same.out.startswith("The calendar says what the plan says.")) == (0, True)
    moved = answer.text.replace("DTSTART:20261207", "DTSTART:20261208").replace(
        "DTEND:20261207", "DTEND:20261208"
    )
    file.write_bytes(moved.encode())
    edited = ask("compare", path, file, *agreed)
    assert "to Tue 08-Dec-2026 09:00" in " ".join(edited.out.split())


def ward(found: Course, **moved: str) -> bytes:
    """Return the course's file as a ward has changed it."""
    text = to_ics(found).decode()
    for old, new in moved.items():
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def test_a_dose_that_the_ward_moved_is_shown_and_may_be_taken_over() -> None:
    found = work_out(planned(RITUXIMAB), library())
    file = ward(found, **{"DTSTART:20261207T": "DTSTART:20261208T"})
    [difference] = compare_calendar(found, file, library(), who="AB", when=NOW)
    assert difference.allowed
    assert (
        "moved in the calendar from Mon 07-Dec-2026 09:00 to Tue 08-Dec-2026 09:00"
        in difference.text
    )
    assert difference.change is not None
    taken = changed(planned(RITUXIMAB), difference.change)
    assert taken.rows[1].date == dt.date(2026, 12, 8)


def test_a_dose_that_the_ward_moved_too_near_is_shown_as_not_allowed() -> None:
    # 10 Dec lies four days before 14 Dec; the regimen asks for five
    found = work_out(planned(RITUXIMAB), library())
    file = ward(found, **{"DTSTART:20261207T": "DTSTART:20261210T"})
    [difference] = compare_calendar(found, file, library(), who="AB", when=NOW)
    assert not difference.allowed
    assert "not allowed" in difference.text


def test_a_dose_that_the_ward_cancelled_is_shown_as_omitted() -> None:
    found = work_out(planned(RITUXIMAB), library())
    text = to_ics(found).decode()
    head, tail = text.rsplit("STATUS:TENTATIVE", 1)
    file = f"{head}STATUS:CANCELLED{tail}".encode()
    [difference] = compare_calendar(found, file, library(), who="AB", when=NOW)
    assert isinstance(difference.change, Omit)
    assert difference.change.at == "induction cycle 1 day 22"


def test_a_calendar_that_says_the_same_has_no_difference() -> None:
    found = work_out(planned(RITUXIMAB), library())
    assert compare_calendar(found, to_ics(found), library(), who="AB", when=NOW) == []


def test_a_calendar_of_something_else_is_named_as_such() -> None:
    found = work_out(planned(RITUXIMAB), library())
    other = to_ics(work_out(planned(CYCLOPHOSPHAMIDE), library()))
    [difference] = compare_calendar(found, other, library(), who="AB", when=NOW)
    assert difference.text == "The calendar holds no event of this course."


@pytest.mark.parametrize("file", [b"", b"hello", bytes(range(256))])
def test_a_file_that_is_no_calendar_is_refused(file: bytes) -> None:
    found = work_out(planned(RITUXIMAB), library())
    with pytest.raises(InputError, match="calendar file"):
        compare_calendar(found, file, library(), who="AB", when=NOW)


def test_a_time_without_a_zone_is_refused_not_guessed() -> None:
    found = work_out(planned(RITUXIMAB), library())
    file = to_ics(found).decode().replace("T090000Z", "T090000").encode()
    with pytest.raises(InputError, match="no time zone"):
        compare_calendar(found, file, library(), who="AB", when=NOW)
