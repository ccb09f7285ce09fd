"""A course pushed into a calendar on a CalDAV server: one resource an event, by PUT.

Nothing that a person moved there is overwritten unasked: what stands on the server must be a state
of this very course, and the server is told which version we saw (If-Match), so that a change in
between is answered with 412 and explained.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, urlsplit

import requests

from dosing.errors import refuse
from schedules.course.course import Course
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointments import (
    appointments_in_each_state,
    list_appointments,
)
from schedules.outputs.calendar.ics import ReadEvent, read_events, to_resources

Answer = Literal["written", "as it was", "moved in the calendar", "changed meanwhile", "refused"]
# Where an event begins, and whether it is cancelled.
_Place: TypeAlias = tuple[object, bool]
_SECONDS = 30
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_FOUND, _MISSING, _CONFLICT, _SIGN_IN, _FORBIDDEN, _FIRST_ERROR = 200, 404, 412, 401, 403, 400


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CalendarServer:
    """A calendar collection and who signs in to it. The password is never kept and never logged.

    ``url`` is https, or http on this machine.

    Raises:
        InputError: if the address would send the password unprotected.
    """

    url: str
    user: str
    password: str = dataclasses.field(repr=False)

    def __post_init__(self) -> None:
        """Refuse an address that would send the password unprotected."""
        try:
            parts = urlsplit(self.url)
            safe = parts.scheme == "https" or parts.hostname in _THIS_MACHINE
        except ValueError:  # half an address in brackets
            safe = False
        if not safe:
            why = "would send the password unprotected"
            refuse("caldav", self.url, why=why, accepted="give the https address of the calendar")

    def resource(self, uid: str) -> str:
        """Return the address of one event."""
        return f"{self.url.rstrip('/')}/{quote(uid, safe='@')}.ics"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What became of one event."""

    uid: str
    place: str
    answer: Answer
    why: str = ""


def push(
    course: Course,
    server: CalendarServer,
    *,
    discreet: bool = False,
    choice: CalendarChoice | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Pushed]:
    """Write every event of a course into a calendar collection.

    Args:
        course: the course; it must be exportable.
        server: the calendar collection, and who signs in to it.
        discreet: name no drug, dose or disease.
        choice: as for a calendar file.
        overwrite: also write over what was moved in the calendar.
        progress: called after each event with the number done and the number in all.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: if the server cannot be reached, or refuses this user.
    """
    resources = to_resources(course, discreet=discreet, choice=choice)
    places = {one.uid: one.rows[0].place for one in list_appointments(course, choice)}
    written = _our_places(course, choice)
    results = []
    with requests.Session() as session:
        session.auth = (server.user, server.password)
        session.headers["Content-Type"] = "text/calendar; charset=utf-8"
        for number, (uid, content) in enumerate(resources.items(), 1):
            ours = None if overwrite else written.get(uid, set())
            answer, why = _put(session, server.resource(uid), content, ours)
            results.append(Pushed(uid=uid, place=places[uid], answer=answer, why=why))
            progress(number, len(resources))
    return results


def _our_places(course: Course, choice: CalendarChoice | None) -> dict[str, set[_Place]]:
    """Return where each event stood in every state of the course: what we may have written."""
    ours: dict[str, set[_Place]] = {}
    for appointments in appointments_in_each_state(course, choice):
        for one in appointments:
            ours.setdefault(one.uid, set()).add((one.start, one.cancelled))
    return ours


def _put(
    session: requests.Session, at: str, content: bytes, ours: set[_Place] | None
) -> tuple[Answer, str]:
    """Write one event, unless it stands where we never wrote it; with ``ours`` None, always."""
    found = _request(session.get, at)
    headers = {"If-None-Match": "*"}
    if found.status_code == _FOUND:
        headers = {"If-Match": found.headers.get("ETag", "*")}
        # Servers write files anew in their own way, so events are compared, not bytes.
        events = read_events(found.content)
        if events == read_events(content):
            return "as it was", ""
        if ours is not None and _moved_by_others(events, ours):
            return "moved in the calendar", "compare it first, or push with --overwrite"
    elif found.status_code != _MISSING:
        return "refused", f"the server answered {found.status_code}"
    answer = _request(session.put, at, data=content, headers=headers)
    if answer.status_code == _CONFLICT:
        return "changed meanwhile", "somebody else changed it just now; push again"
    if answer.status_code >= _FIRST_ERROR:
        return "refused", f"the server answered {answer.status_code}"
    return "written", ""


def _moved_by_others(events: list[ReadEvent], ours: set[_Place]) -> bool:
    return any((event.start, event.cancelled) not in ours for event in events)


def _request(send: Callable[..., requests.Response], at: str, **content: Any) -> requests.Response:
    try:
        answer = send(at, timeout=_SECONDS, **content)
    except requests.RequestException as error:
        why = f"cannot be reached ({type(error).__name__})"
        remedy = "check the address and the network, then push again"
        refuse("caldav", "", why=why, accepted=remedy)
    if answer.status_code in (_SIGN_IN, _FORBIDDEN):
        remedy = "check user and password, and that the user may write"
        refuse("caldav", "", why="refuses this user", accepted=remedy)
    return answer
