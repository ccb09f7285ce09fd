"""A push tells what the server holds, whatever the server or a page on the way to it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.outputs.calendar.caldav import CalendarServer
from schedules.outputs.calendar.push import HowToPush, Pushed, Written, push
from schedules.plans.changes import Defer
from tests.support.calendar_server import PAGE, LyingServer, lying_server
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, SAID, changed, library, planned

NOBODY = "not-a-secret"  # signs in to a server that lives for one test


@pytest.fixture
def server() -> Iterator[LyingServer]:
    with lying_server() as found:
        yield found


@pytest.fixture(scope="module")
def course() -> Course:
    return work_out(planned(RITUXIMAB), library())


@pytest.fixture(scope="module")
def deferred() -> Course:
    change = Defer(at="induction cycle 1 day 22", by_days=1, scope="this day", **SAID)
    return changed(planned(RITUXIMAB), change)


def pushed(
    course: Course, server: LyingServer, written: Written | None = None, **how: Any
) -> list[Pushed]:
    signed_in = CalendarServer(url=server.url, user="ward", password=NOBODY)
    return push(course, signed_in, HowToPush(**how), written=written)


def counts(results: list[Pushed]) -> dict[str, int]:
    return dict(Counter(one.answer for one in results))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_event_that_was_answered_with_a_redirect_is_not_written(
    course: Course, server: LyingServer, status: int
) -> None:
    server.answer = lambda method: (status, PAGE) if method == "PUT" else None
    results = pushed(course, server)
    assert counts(results) == {"refused": 4}
    assert results[0].why == f"the server answered {status}, a redirect, which is not followed"
    assert server.asked == ["REPORT", *["PUT"] * 4]  # and nobody followed it


@pytest.mark.parametrize("status", [200, 202, 207, 500, 507])
def test_only_what_means_stored_counts_as_written(
    course: Course, server: LyingServer, status: int
) -> None:
    server.answer = lambda method: (status, PAGE) if method == "PUT" else None
    assert counts(pushed(course, server)) == {"refused": 4}


def test_what_the_server_took_and_does_not_hold_is_not_written(
    course: Course, server: LyingServer
) -> None:
    server.forgets = True
    assert counts(pushed(course, server)) == {"not stored": 4}


def test_a_sign_in_page_in_the_place_of_a_calendar_is_one_line(
    course: Course, server: LyingServer
) -> None:
    server.answer = lambda method: (200, PAGE)
    with pytest.raises(InputError) as refused:
        pushed(course, server)
    assert str(refused.value) == (
        "caldav: answered 200 with a web page, as a sign-in page does; "
        "give the address of the calendar itself, as its properties show it"
    )


def test_a_calendar_that_is_not_there_is_one_line(course: Course, server: LyingServer) -> None:
    server.answer = lambda method: (404, PAGE)
    with pytest.raises(InputError, match=r"^caldav: has no calendar at this address; [^\n]*$"):
        pushed(course, server)


def test_a_proxy_that_weakens_tags_does_not_keep_a_push_from_writing(
    course: Course, deferred: Course, server: LyingServer
) -> None:
    server.weak = True
    assert counts(pushed(course, server)) == {"written": 4}
    assert counts(pushed(deferred, server)) == {"as it was": 3, "written": 1}


def test_one_request_reads_the_calendar_and_one_reads_again_what_was_written(
    course: Course, server: LyingServer
) -> None:
    pushed(course, server)
    assert server.asked == ["REPORT", *["PUT"] * 4, "REPORT"]
    server.asked.clear()
    assert counts(pushed(course, server)) == {"as it was": 4}
    assert server.asked == ["REPORT"]


def test_a_push_that_was_cut_off_says_so_and_goes_on_where_it_ended(
    course: Course, server: LyingServer
) -> None:
    # The time is over after two events have been stored.
    results = pushed(course, server, seconds_left=lambda: 60.0 if len(server.held) < 2 else 0.0)
    assert [one.answer for one in results] == ["not confirmed"] * 2 + ["not tried"] * 2
    assert results[-1].why == "the time is over; push again to go on"
    assert counts(pushed(course, server)) == {"as it was": 2, "written": 2}


def test_what_never_arrived_is_written_at_the_next_push_and_not_taken_for_deleted(
    course: Course, server: LyingServer
) -> None:
    written: Written = {}
    full = (507, b"")
    server.answer = lambda method: full if method == "PUT" and len(server.held) > 1 else None
    assert counts(pushed(course, server, written)) == {"written": 2, "refused": 2}
    server.answer = lambda method: None
    assert counts(pushed(course, server, written)) == {"as it was": 2, "written": 2}
    # From now on what is missing was deleted there.
    server.held.popitem()
    assert counts(pushed(course, server, written)) == {"as it was": 3, "deleted in the calendar": 1}


@pytest.mark.hazard("H72")
@pytest.mark.parametrize("remembered", [True, False], ids=["hashes kept", "hashes lost"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DTEND:", "DTEND;X=1:"),  # the same, written in another way
        ("STATUS:TENTATIVE", "STATUS:TENTATIVE\r\nLOCATION:Room 3"),
        ("STATUS:TENTATIVE", "STATUS:TENTATIVE\r\nCOMMENT:bring the old chart"),
        ("STATUS:TENTATIVE", "STATUS:CONFIRMED"),
        ("STATUS:TENTATIVE", "STATUS:CANCELLED"),
        ("STATUS:TENTATIVE", "STATUS:TENTATIVE\r\nRRULE:FREQ=DAILY"),
        ("SUMMARY:", "SUMMARY:Mr Smith\\, "),
        ("DESCRIPTION:", "DESCRIPTION:call first\\n"),
    ],
)
def test_an_edit_of_the_ward_is_found_and_never_overwritten_unasked(
    course: Course, deferred: Course, server: LyingServer, old: str, new: str, *, remembered: bool
) -> None:
    written: Written = {}
    pushed(course, server, written)
    path = _deferred_event(server)
    edited = server.held[path].decode().replace(old, new)
    assert edited != server.held[path].decode()
    server.held[path] = edited.encode()
    kept = written if remembered else None
    if "X=1" in new:
        assert counts(pushed(deferred, server, kept)) == {"as it was": 3, "written": 1}
        return
    assert counts(pushed(deferred, server, kept)) == {"as it was": 3, "edited in the calendar": 1}
    assert server.held[path].decode() == edited
    assert counts(pushed(deferred, server, kept, overwrite=True)) == {"as it was": 3, "written": 1}


def test_an_edited_end_is_found(course: Course, deferred: Course, server: LyingServer) -> None:
    pushed(course, server)
    path = _deferred_event(server)
    text = server.held[path].decode()
    end = text[text.index("DTEND:") :][:22]
    server.held[path] = text.replace(end, "DTEND:20261221T220000Z").encode()
    assert counts(pushed(deferred, server))["edited in the calendar"] == 1


def test_an_event_that_the_ward_deleted_is_asked_about(course: Course, server: LyingServer) -> None:
    written: Written = {}
    pushed(course, server, written)
    del server.held[_deferred_event(server)]
    assert counts(pushed(course, server, written)) == {"as it was": 3, "deleted in the calendar": 1}
    assert len(server.held) == 3
    assert counts(pushed(course, server, written, overwrite=True)) == {"as it was": 3, "written": 1}


def _deferred_event(server: LyingServer) -> str:
    """Return the path of the dose of 21 December, which ``deferred`` puts off by a day."""
    return next(path for path, held in server.held.items() if b"DTSTART:20261221T" in held)


def test_discreet_events_over_clinical_ones_leave_no_drug_name_behind(
    course: Course, server: LyingServer
) -> None:
    assert counts(pushed(course, server)) == {"written": 4}
    # As some programs keep a text a second time, under a name of their own.
    path = _deferred_event(server)
    held = server.held[path].replace(b"END:VEVENT", b"X-ALT-DESC:rituximab\r\nEND:VEVENT")
    server.held[path] = held
    # They bear other names: the clinical ones are removed.
    assert counts(pushed(course, server, discreet=True)) == {"written": 4, "removed": 4}
    assert not [path for path, held in server.held.items() if b"rituximab" in held.lower()]
    server.held[path] = held
    [*_, last] = pushed(course, server, discreet=True)
    assert last.answer == "removed"  # its own, however it is written
    assert len(server.held) == 4


def test_an_edited_event_that_still_names_the_drug_is_named(
    course: Course, server: LyingServer
) -> None:
    pushed(course, server)
    path = _deferred_event(server)
    server.held[path] = server.held[path].replace(b"SUMMARY:", b"SUMMARY:Smith ")
    results = pushed(course, server, discreet=True)
    assert counts(results) == {"written": 4, "removed": 3, "edited in the calendar": 1}
    [left] = [one for one in results if one.answer == "edited in the calendar"]
    assert left.why.startswith("it still names the drug; ")


def test_events_of_a_course_that_is_now_written_in_another_form_are_removed(
    server: LyingServer,
) -> None:
    course = work_out(planned(CYCLOPHOSPHAMIDE), library())
    own = course.plan.site.calendar
    tests = own.model_copy(update={"watch": "event"})
    pushed(course, server, choice=tests)
    more = len(server.held)
    results = counts(pushed(course, server))
    assert len(server.held) == 6
    assert results == {"as it was": 6, "removed": more - 6}
