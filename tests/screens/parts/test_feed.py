"""The calendars that programs subscribe to, asked for as such a program asks."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
import pytest
import requests
import vobject
from sqlalchemy import event
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import Message

from dosing.clock import now
from dosing.errors import InputError
from records.database import sqlite_url
from records.feeds import Audience, make_feed, make_ward_feed, revoke_feed
from records.place import FILE
from records.store import Store, open_store
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.access.door import at_the_door
from screens.access.feed import are_on, feed_route
from screens.access.gate import FEEDS
from screens.access.sign_in import read_settings
from screens.parts.feed import read_feed
from screens.state.records import store as open_records
from tests.schedules.outputs.calendar.test_other_readers import by_ical_js
from tests.screens.access.test_silence import SECRETS
from tests.support.attacking import ask
from tests.support.running import free_port, running
from tests.support.subscription_trial import told_history
from tests.support.ward import PLANNER, deferred, heavier, plan, saved

# By hand: four weekly doses of rituximab from 30 November 2026, of which the last moves by a day.
FIRST = ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"]
SECOND = ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-22"]
SIGN_IN = {
    "auth": {
        "redirect_uri": "https://posology.hospital.example/oauth2callback",
        "cookie_secret": "a secret of the tests alone, long enough",
        "client_id": "posology",
        "client_secret": "a secret of the tests alone",
        "server_metadata_url": "https://login.hospital.example/.well-known/openid-configuration",
    },
    "posology": {
        "role_claim": "groups",
        "name_claim": "name",
        "roles": {"nurse": ["ward-nurses"]},
    },
}


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return records with one saved plan, which the program opens too."""
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    yield store
    store.close()


def link(store: Store, audience: Audience = "ward", *, days: int = 90, ago: int = 0) -> str:
    """Return the path of a link to the saved plan, made so many days ago."""
    at = now() - dt.timedelta(days=ago)
    discreet = audience == "patient"
    token, _ = make_feed(
        store, plan().id, PLANNER, audience=audience, discreet=discreet, days=days, at=at
    )
    return f"{FEEDS}{token}.ics"


def revoked(store: Store) -> str:
    path = link(store)
    revoke_feed(store, store.count_entries(), PLANNER, at=now())
    return path


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back: two that are equal cannot be told apart."""

    status_code: int
    head: tuple[tuple[bytes, bytes], ...]
    content: bytes

    @property
    def headers(self) -> Headers:
        """Return its headers."""
        return Headers(raw=list(self.head))

    @property
    def text(self) -> str:
        """Return its body."""
        return self.content.decode()


class Subscriber:
    """A program outside, for which nobody is signed in."""

    def __init__(self, most: int = 1000) -> None:
        """Stand before a server that answers it so often a minute."""
        self._server = Starlette(
            routes=[feed_route(read_feed, most)],
            middleware=at_the_door(read_settings(SIGN_IN)),
        )

    def get(self, path: str, kept: str = "", method: str = "GET") -> Answer:
        """Ask for a path."""
        headers = {"host": "posology.hospital.example"} | ({"if-none-match": kept} if kept else {})
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "client": ("192.0.2.1", 1),
            "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self._server(scope, receive, send))
        start, *body = sent
        content = b"".join(part.get("body", b"") for part in body)
        return Answer(start["status"], tuple(start["headers"]), content)


def days(text: str) -> list[str]:
    """Return the days of the live doses, as vobject reads them; one that stands twice is twice."""
    events = vobject.readOne(text).vevent_list
    given = (one for one in events if "rituximab" in one.summary.value.lower())
    live = (one for one in given if one.status.value != "CANCELLED")
    return sorted(one.dtstart.value.date().isoformat() for one in live)


def test_a_link_needs_no_sign_in_and_opens_nothing_else(records: Store) -> None:
    program = Subscriber()
    answer = program.get(link(records))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert days(answer.text) == FIRST
    for path in ("/", "/feed", "/feeds/a.ics", "/media/feed/a.ics", "/_stcore/host-config"):
        assert program.get(path).status_code == 401, path


def test_a_program_is_told_how_often_to_ask_and_when_nothing_has_changed(records: Store) -> None:
    program, path = Subscriber(), link(records)
    answer = program.get(path)
    # RFC 7986, 5.7
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.text
    assert "X-PUBLISHED-TTL:PT1H\r\n" in answer.text
    tag = answer.headers["etag"]
    for kept in (tag, f"W/{tag}", f'"other", {tag}'):
        same = program.get(path, kept)
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    records.save(deferred(plan()), PLANNER, expected_version=1, at=now())
    newer = program.get(path, tag)
    assert (newer.status_code, days(newer.text)) == (200, SECOND)


@pytest.mark.hazard("H233")
def test_wrong_ended_and_revoked_links_have_the_same_answer(records: Store) -> None:
    program = Subscriber()
    paths = [
        f"{FEEDS}AAAAAAAAAAAAAAAAAAAAAA.ics",
        FEEDS,
        f"{FEEDS}.ics",
        f"{FEEDS}a/b.ics",
        f"{FEEDS}{'a' * 5000}.ics",
        f"{FEEDS}ü.ics",
        link(records).removesuffix(".ics"),
        link(records, days=1, ago=2),
        revoked(records),
    ]
    answers = {program.get(path) for path in paths}
    assert len(answers) == 1
    open_link = link(records)
    methods = ("POST", "PUT", "DELETE", "PROPFIND")
    written = {program.get(open_link, method=method) for method in methods}
    assert written == answers
    assert {answer.status_code for answer in answers} == {404}


def test_the_patient_s_link_is_discreet(records: Store) -> None:
    text = Subscriber().get(link(records, "patient")).text
    summaries = {str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(text).walk("VEVENT")}
    assert summaries <= {"Appointment", "Reminder"}
    assert not re.search(r"rituximab|mg|posology|ward-7", text, re.IGNORECASE)


@pytest.mark.hazard("H234")
@pytest.mark.parametrize("audience", ["ward", "patient"])
def test_a_plan_that_is_held_back_shows_the_version_before_and_says_so(
    records: Store, audience: Audience
) -> None:
    program, path = Subscriber(), link(records, audience)
    before = icalendar.Calendar.from_ical(program.get(path).text)
    records.save(heavier(plan(), "200 kg"), PLANNER, expected_version=1, at=now())
    after = icalendar.Calendar.from_ical(program.get(path).text)
    said = "NOT UP TO DATE (PLEASE ASK): "
    assert str(after["X-WR-CALNAME"]) == said + str(before["X-WR-CALNAME"])
    read = [
        {str(e["UID"]): (str(e["SUMMARY"]), e.start) for e in calendar.events}
        for calendar in (before, after)
    ]
    assert read[1] == {uid: (said + title, day) for uid, (title, day) in read[0].items()}
    assert {str(event["STATUS"]) for event in after.walk("VEVENT")} == {"TENTATIVE"}


@pytest.mark.hazard("H66")
def test_a_subscribed_program_follows_the_whole_course_of_one_patient(records: Store) -> None:
    """By hand: weekly from 30 November; put off by two days, undone, one left out, a new weight."""
    program, path, files = Subscriber(), link(records), []
    wanted = [
        ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"],
        ["2026-11-30", "2026-12-09", "2026-12-16", "2026-12-23"],
        ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"],
        ["2026-11-30", "2026-12-07", "2026-12-21"],
        ["2026-11-30", "2026-12-07", "2026-12-21"],
    ]
    for version, course in enumerate(told_history()):
        if version:
            records.save(course.plan, PLANNER, expected_version=version, at=now())
        files.append(program.get(path).content)
        assert days(files[-1].decode()) == wanted[version], version
    # 375 mg/m2 x sqrt(175 x 80 / 3600) m2 = 739.5 mg, in vials of 100 mg: 700 mg; at 70 kg 691.7.
    # Read by the reader of Thunderbird: what is not cancelled is the plan, each dose once.
    for version, events in enumerate(by_ical_js(*files)):
        live = sorted(one.start.date().isoformat() for one in events.values() if not one.cancelled)
        assert live == wanted[version], version
    sequences = [sum(one.sequence for one in events.values()) for events in by_ical_js(*files)]
    assert sequences == sorted(sequences)


def ward_link(store: Store) -> str:
    token, _ = make_ward_feed(store, "ward-7", PLANNER, audience="ward", days=9, at=now())
    return f"{FEEDS}{token}.ics"


@pytest.mark.hazard("H233")
def test_the_calendar_of_a_ward_shows_all_its_plans_each_with_its_label(records: Store) -> None:
    saved(records, plan("ward-7 bed 3"))
    saved(records, plan("ward-70"))
    program, path = Subscriber(), ward_link(records)
    answer = program.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.text)
    assert str(calendar["X-WR-CALNAME"]) == "ward-7"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.text
    assert days(answer.text) == sorted(2 * FIRST)
    whose = {str(event["SUMMARY"]).partition(": ")[0] for event in calendar.walk("VEVENT")}
    assert whose == {"ward-7", "ward-7 bed 3"}
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert len(set(uids)) == len(uids)
    # A new plan and a changed one stand there at once.
    saved(records, plan("ward-7 bed 4"))
    records.save(deferred(plan()), PLANNER, expected_version=1, at=now())
    newer = program.get(path, answer.headers["etag"])
    assert (newer.status_code, days(newer.text)) == (200, sorted(2 * FIRST + SECOND))


@pytest.mark.hazard("H234")
def test_the_calendar_of_a_ward_says_which_plans_it_does_not_show(records: Store) -> None:
    held = heavier(plan("ward-7 bed 9"), "200 kg")
    saved(records, held)
    records.save(heavier(plan(), "200 kg"), PLANNER, expected_version=1, at=now())
    text = Subscriber().get(ward_link(records)).text
    calendar = icalendar.Calendar.from_ical(text)
    assert str(calendar["X-WR-CALNAME"]) == "ward-7: 1 NOT SHOWN (PLEASE ASK)"
    assert str(calendar["X-WR-CALDESC"]).endswith(": ward-7 bed 9")
    titles = [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]
    assert titles
    assert all(title.startswith("NOT UP TO DATE (PLEASE ASK): ward-7: ") for title in titles)


def test_a_calendar_is_written_once_until_something_is_decided_of_its_plan(
    records: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out = []

    def counted(plan: Plan, library: Library) -> Course:
        worked_out.append(plan.patient.label)
        return work_out(plan, library)

    monkeypatch.setattr("records.feeds.work_out", counted)
    saved(records, plan("ward-7 bed 3"))
    program, path, of_ward = Subscriber(), link(records), ward_link(records)
    first = [program.get(one).content for one in (path, of_ward)]
    assert worked_out == ["ward-7", "ward-7", "ward-7 bed 3"]
    # Another link of the same plan shows the same file; another person's plan changes nothing.
    saved(records, plan("ward-9"))
    assert [program.get(one).content for one in (link(records), of_ward)] == first
    assert len(worked_out) == 3
    records.save(deferred(plan()), PLANNER, expected_version=1, at=now())
    newer = [program.get(one).content for one in (path, of_ward)]
    assert worked_out[3:] == ["ward-7", "ward-7"]
    assert newer[0] != first[0] and newer[1] != first[1]


@pytest.mark.hazard("H233")
def test_wrong_ended_and_revoked_links_ask_the_records_the_same(records: Store) -> None:
    """Equal statements on one index take the same time, which no test here can measure."""
    paths = (f"{FEEDS}AAAAAAAAAAAAAAAAAAAAAA.ics", link(records, days=1, ago=2), revoked(records))
    engine, asked = open_records().engine, []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    program, by_path = Subscriber(), []
    for path in paths:
        program.get(path)
        by_path.append(tuple(asked))
        asked.clear()
    event.remove(engine, "before_cursor_execute", note)
    assert by_path[0] and len(set(by_path)) == 1


def test_a_plan_that_nothing_may_be_shown_of_keeps_what_a_program_has(
    records: Store, caplog: pytest.LogCaptureFixture
) -> None:
    path = link(records)
    held = heavier(plan("ward-9"), "200 kg")
    saved(records, held)
    token, _ = make_feed(
        records, held.id, PLANNER, audience="ward", discreet=False, days=1, at=now()
    )
    answer = Subscriber().get(f"{FEEDS}{token}.ics")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "600")
    assert "A calendar could not be given out (RefusedError)." in caplog.text
    assert token not in caplog.text and path not in caplog.text


def test_an_address_that_asks_too_often_waits(records: Store) -> None:
    program, path = Subscriber(most=2), link(records)
    assert [program.get(path).status_code for _ in range(3)] == [200, 200, 429]
    refused = program.get(path)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.content == program.get(f"{FEEDS}nothing.ics").content


def test_one_desk_gives_out_no_calendar_unless_it_is_turned_on() -> None:
    assert not are_on({})
    assert not are_on({"POSOLOGY_FEEDS": "off"})
    assert are_on({"POSOLOGY_FEEDS": "on"})
    with pytest.raises(InputError, match="POSOLOGY_FEEDS"):
        are_on({"POSOLOGY_FEEDS": "yes"})


@pytest.mark.hazard("H233")
def test_a_subscribed_program_reads_both_versions_and_no_log_the_link(
    records: Store, tmp_path: Path
) -> None:
    port, secrets, log = free_port(), tmp_path / "secrets.toml", tmp_path / "log"
    secrets.write_text(SECRETS.format(port=port), encoding="utf-8")
    path, gone, old = link(records), revoked(records), link(records, days=1, ago=2)
    url, command = f"http://127.0.0.1:{port}", ("streamlit", "run", "serve.py")
    options = ("--server.headless=true", f"--server.port={port}", f"--secrets.files={secrets}")
    with (
        log.open("wb") as out,
        running(*command, *options, health=f"{url}/_stcore/health", log=out),
    ):
        first = requests.get(url + path, timeout=60)
        records.save(deferred(plan()), PLANNER, expected_version=1, at=now())
        second = requests.get(
            url + path, headers={"If-None-Match": first.headers["ETag"]}, timeout=60
        )
        own = ("Host", f"127.0.0.1:{port}")
        lost = [ask(url, f"GET {one} HTTP/1.1", own) for one in (gone, old, f"{FEEDS}wrong.ics")]
        assert requests.get(f"{url}/library", timeout=60).status_code == 401
    assert (days(first.text), days(second.text)) == (FIRST, SECOND)
    # The reader of Thunderbird: the same events, the moved one once, of a later version.
    one, two = by_ical_js(first.content, second.content)
    assert one.keys() == two.keys()
    assert [two[uid].sequence > one[uid].sequence for uid in one if two[uid] != one[uid]] == [True]
    # Only the second in which it was answered may differ.
    same = {(status, re.sub(r"\r\ndate: [^\r]*", "", answer)) for status, answer in lost}
    assert [status for status, _ in same] == [404]
    logged = log.read_text("utf-8", errors="replace")
    assert "Heads of the records" in logged
    for each in (path, gone, old):
        assert each.removeprefix(FEEDS).removesuffix(".ics") not in logged
    assert "ScriptRunContext" not in logged
