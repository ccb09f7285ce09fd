"""A calendar collection on a CalDAV server: its events are read, written and removed by request.

No redirect is followed: one after a PUT loses the event, and any would take the password elsewhere.
"""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NoReturn, Self
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree  # nosec B405 - a document that declares entities is refused

import requests

# urllib3's, under the name that requests has for it: a body is read as it comes.
from requests.exceptions import BaseHTTPError  # type: ignore[attr-defined]

from dosing.errors import refuse

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_CONNECT_SECONDS, _SECONDS = 10.0, 30.0
# A ward's year is a tenth of it.
_LARGEST_ANSWER, _CHUNK = 50_000_000, 65_536
_AT_ONCE = 500
_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_OK, _CREATED, _STORED, _MANY = 200, 201, 204, 207
_REDIRECTS = range(300, 400)
_SIGN_IN, _FORBIDDEN, _MISSING, _GONE, _CONFLICT = 401, 403, 404, 410, 412


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

    @property
    def collection(self) -> str:
        """Return the address of the calendar; the slash at its end is part of it."""
        return f"{self.url.rstrip('/')}/"

    def resource(self, uid: str) -> str:
        """Return the address of one event."""
        return f"{self.collection}{quote(uid, safe='@')}.ics"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What the server holds of one event, and the tag of this version of it."""

    tag: str
    content: bytes


class SilentError(Exception):
    """The server no longer answers, or the time is over; the text says which."""


class ConflictError(Exception):
    """Somebody else changed the event after it was read."""


class NotStoredError(Exception):
    """The server did not take one event; the text says what it answered."""


class CalendarCollection:
    """The events of one calendar, by their UIDs; its connections are closed at the end."""

    def __init__(self, server: CalendarServer, seconds_left: Callable[[], float]) -> None:
        """Keep who signs in; ``seconds_left`` bounds all requests together."""
        self._server, self._seconds_left = server, seconds_left
        self._session = requests.Session()
        self._session.auth = (server.user, server.password)
        # A proxy that compresses an answer weakens its tag, which then matches nothing.
        self._session.headers["Accept-Encoding"] = "identity"

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._session.close()

    def read(self, uids: Collection[str]) -> dict[str, Resource]:
        """Return what the server holds of these events: one request for hundreds.

        Raises:
            InputError: if there is no such calendar, or this user is refused.
            SilentError: if the server does not answer.
        """
        found: dict[str, Resource] = {}
        paths = [urlsplit(self._server.resource(uid)).path for uid in uids]
        for first in range(0, len(paths), _AT_ONCE):
            some = paths[first : first + _AT_ONCE]
            status, kind, body = self._request(
                "REPORT",
                self._server.collection,
                {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"},
                _MULTIGET.format("".join(map(_href, some))).encode(),
            )
            if status != _MANY:
                _refuse_collection(status, kind)
            found |= dict(_read_answers(body))
        return found

    def write(self, uid: str, content: bytes, tag: str | None) -> None:
        """Store one event in the place of the version with this tag; None where there was none.

        Raises:
            ConflictError: if there is another version by now.
            NotStoredError: if the server does not take it.
            InputError: if this user may not write.
            SilentError: if the server does not answer.
        """
        # RFC 9110 (13.1.1): a weak tag never matches, so it is the strong one that is asked for.
        headers = {"If-None-Match": "*"} if tag is None else {"If-Match": tag.removeprefix("W/")}
        headers["Content-Type"] = "text/calendar; charset=utf-8"
        self._change("PUT", uid, headers, content)

    def remove(self, uid: str, tag: str) -> None:
        """Remove one event of this version; raise as ``write`` does."""
        self._change("DELETE", uid, {"If-Match": tag.removeprefix("W/")}, b"")

    def _change(self, method: str, uid: str, headers: Mapping[str, str], content: bytes) -> None:
        status, kind, body = self._request(method, self._server.resource(uid), headers, content)
        if status == _CONFLICT:
            raise ConflictError
        if status in (_CREATED, _STORED) or (status == _OK and "html" not in kind):
            return
        if method == "DELETE" and status in (_MISSING, _GONE):
            return
        if status == _SIGN_IN or (status == _FORBIDDEN and b"uid-conflict" not in body):
            _refuse_user()
        raise NotStoredError(_in_words(status, kind, body))

    def _request(
        self, method: str, at: str, headers: Mapping[str, str], content: bytes
    ) -> tuple[int, str, bytes]:
        """Return status, type and body of an answer that came in time."""
        left = self._seconds_left()
        if left <= 0:
            raise SilentError("the time is over")
        try:
            with self._session.request(
                method,
                at,
                data=content,
                headers=headers,
                allow_redirects=False,
                stream=True,
                timeout=(min(_CONNECT_SECONDS, left), min(_SECONDS, left)),
            ) as answer:
                body = b"".join(self._body(answer))
                return answer.status_code, answer.headers.get("Content-Type", "").lower(), body
        except (requests.RequestException, BaseHTTPError, OSError) as error:
            raise SilentError(f"it cannot be reached ({type(error).__name__})") from None

    def _body(self, answer: requests.Response) -> Iterator[bytes]:
        """Yield the body piece by piece, as long as there is time: some send a byte a minute."""
        size = 0
        while piece := answer.raw.read1(_CHUNK, decode_content=True):
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise SilentError(f"its answer is larger than {_LARGEST_ANSWER:,} bytes")
            if self._seconds_left() <= 0:
                raise SilentError("the time is over")
            yield piece


_MULTIGET = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    "<D:prop><D:getetag/><C:calendar-data/></D:prop>{}</C:calendar-multiget>"
)


def _read_answers(body: bytes) -> Iterator[tuple[str, Resource]]:
    """Yield each event that the server has, by its UID."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        _refuse_collection(_MANY, "")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no entities  # nosec B314
    except ElementTree.ParseError:
        _refuse_collection(_MANY, "")
    for answer in root.iter(f"{_DAV}response"):
        content = answer.findtext(f".//{_CALDAV}calendar-data")
        if content:
            name = unquote(answer.findtext(f"{_DAV}href", "")).rstrip("/").rsplit("/", 1)[-1]
            tag = answer.findtext(f".//{_DAV}getetag") or "*"
            yield name.removesuffix(".ics"), Resource(tag=tag, content=content.encode())


def _refuse_user() -> NoReturn:
    remedy = "check user and password, and that the user may write"
    refuse("caldav", "", why="refuses this user", accepted=remedy)


def _refuse_collection(status: int, kind: str) -> NoReturn:
    """Refuse an address that does not answer as a calendar does, in one line."""
    if status in (_SIGN_IN, _FORBIDDEN):
        _refuse_user()
    if status in (_MISSING, _GONE):
        remedy = "make the calendar there first, or check the address"
        refuse("caldav", "", why="has no calendar at this address", accepted=remedy)
    remedy = "give the address of the calendar itself, as its properties show it"
    refuse("caldav", "", why=_in_words(status, kind, b""), accepted=remedy)


def _href(path: str) -> str:
    return f"<D:href>{html.escape(path, quote=False)}</D:href>"


def _in_words(status: int, kind: str, body: bytes) -> str:
    if status in _REDIRECTS:
        return f"answered {status}, a redirect, which is not followed"
    if "html" in kind:
        return f"answered {status} with a web page, as a sign-in page does"
    if b"uid-conflict" in body:
        return f"answered {status}: it holds this event under another name"
    return f"answered {status}, which a calendar does not"
