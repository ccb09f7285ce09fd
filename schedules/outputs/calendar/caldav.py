"""A course into a calendar on a CalDAV server: one resource an event, by PUT.

Nothing that a person moved there is overwritten unasked: what stands on the server must be a state
of this very course, and the server is told which version we saw (If-Match), so that a change in
between is answered with 412 and explained.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import requests

from dosing.errors import refuse
from schedules.course.course import Course
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointments import list_appointments
from schedules.outputs.calendar.ics import read_events, to_resources

Answer = Literal["written", "as it was", "moved in the calendar", "changed meanwhile", "refused"]
_SECONDS = 30
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_FOUND, _MISSING, _CONFLICT, _SIGN_IN, _FORBIDDEN, _FIRST_ERROR = 200, 404, 412, 401, 403, 400


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What became of one event."""

    uid: str
    place: str
    answer: Answer
    why: str = ""


def push(
    course: Course,
    url: str,
    user: str,
    password: str,
    *,
    discreet: bool = False,
    choice: CalendarChoice | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Pushed]:
    """Write every event of a course into a calendar collection.

    Args:
        course: the course; it must be exportable.
        url: the address of the calendar collection, https, or http on this machine.
        user: the name to sign in with.
        password: never kept and never logged.
        discreet: name no drug, dose or disease.
        choice: as for a calendar file.
        overwrite: also what was moved in the calendar.
        progress: told how many of how many are done.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: if the address cannot be used, or the server lets nobody in.
    """
    _usable(url)
    resources = to_resources(course, discreet=discreet, choice=choice)
    places = {one.uid: one.rows[0].place for one in list_appointments(course, choice)}
    known = _known_states(course, choice)
    done = []
    with requests.Session() as session:
        session.auth = (user, password)
        session.headers["Content-Type"] = "text/calendar; charset=utf-8"
        for number, (uid, content) in enumerate(resources.items(), 1):
            at = f"{url.rstrip('/')}/{quote(uid, safe='@')}.ics"
            answer, why = _put(session, at, content, known.get(uid, set()), overwrite=overwrite)
            done.append(Pushed(uid=uid, place=places[uid], answer=answer, why=why))
            progress(number, len(resources))
    return done


def _usable(url: str) -> None:
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or parts.hostname in _THIS_MACHINE
    except ValueError:  # half an address in brackets
        safe = False
    if not safe:
        refuse(
            "caldav",
            url,
            why="would send the password unprotected",
            accepted="give the https address of the calendar",
        )


def _known_states(
    course: Course, choice: CalendarChoice | None
) -> dict[str, set[tuple[object, bool]]]:
    """Give where each event stood in every state of the course: what we may have written."""
    known: dict[str, set[tuple[object, bool]]] = {}
    for state in course.states:
        for one in list_appointments(state, choice):
            known.setdefault(one.uid, set()).add((one.start, one.cancelled))
    return known


def _put(
    session: requests.Session,
    at: str,
    content: bytes,
    known: set[tuple[object, bool]],
    *,
    overwrite: bool,
) -> tuple[Answer, str]:
    there = _asked(session.get, at)
    headers = {"If-None-Match": "*"}
    if there.status_code == _FOUND:
        headers = {"If-Match": there.headers.get("ETag", "*")}
        # Servers write files anew in their own way, so events are compared, not bytes.
        seen = read_events(there.content)
        if seen == read_events(content):
            return "as it was", ""
        if not overwrite and any((one.start, one.cancelled) not in known for one in seen):
            return "moved in the calendar", "compare it first, or push with --overwrite"
    elif there.status_code != _MISSING:
        return "refused", f"the server answered {there.status_code}"
    answer = _asked(session.put, at, data=content, headers=headers)
    if answer.status_code == _CONFLICT:
        return "changed meanwhile", "somebody wrote to it in this moment; push again"
    if answer.status_code >= _FIRST_ERROR:
        return "refused", f"the server answered {answer.status_code}"
    return "written", ""


def _asked(method: Callable[..., requests.Response], at: str, **what: Any) -> requests.Response:
    try:
        answer = method(at, timeout=_SECONDS, **what)
    except requests.RequestException as error:
        refuse(
            "caldav",
            "",
            why=f"cannot be reached ({type(error).__name__})",
            accepted="check the address and the network, then push again",
        )
    if answer.status_code in (_SIGN_IN, _FORBIDDEN):
        refuse(
            "caldav",
            "",
            why="lets this user not in",
            accepted="check user and password, and that the user may write",
        )
    return answer
