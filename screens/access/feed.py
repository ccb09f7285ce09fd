"""The calendars that programs subscribe to: ``/feed/TOKEN.ics``, without a page and a sign-in.

Whoever has the link reads, and nobody writes. What is under no open link has one and the same
answer, whatever the reason. The token stands in no line that is logged.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dosing.errors import InputError, KnowledgeError, refuse
from dosing.trace import RefusedError
from screens.access.attempts import Attempts, network
from screens.access.gate import FEEDS

# Returns the calendar of a token, or None where there is no open link.
ReadFeed = Callable[[str], bytes | None]

# The programs of a whole hospital may ask from one address, each once an hour.
MOST_OF_AN_ADDRESS = 120
_NOT_CHANGED, _NOT_FOUND, _TOO_MANY, _NOT_NOW = 304, 404, 429, 503
_ENDING = ".ics"
# A program asks each time whether its copy still holds, and no proxy keeps one.
_PRIVATE = {"Cache-Control": "private, no-cache"}
# A program that is told this keeps what it has.
_LATER = {**_PRIVATE, "Retry-After": "600"}
_LOG = logging.getLogger(__name__)


def feed_route(read: ReadFeed, most: int = MOST_OF_AN_ADDRESS) -> Route:
    """Return the route of every path below ``/feed/``.

    An address is answered at most so often a minute.
    """
    return Route(f"{FEEDS}{{rest:path}}", _Feeds(read, most))


def are_on(environment: Mapping[str, str]) -> bool:
    """Return whether one desk answers under links: only where ``POSOLOGY_FEEDS`` is ``on``.

    Raises:
        InputError: if it is neither on nor off.
    """
    typed = environment.get("POSOLOGY_FEEDS", "").strip()
    if typed not in ("on", "off", ""):
        refuse("POSOLOGY_FEEDS", typed, why="is neither on nor off", write="on, or leave it out")
    return typed == "on"


class _Feeds:
    """Answers requests of every method, so that none is answered by anything else."""

    def __init__(self, read: ReadFeed, most: int) -> None:
        self._read = read
        self._addresses = Attempts(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(Request(scope))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        host = request.client.host if request.client else ""
        if seconds := self._addresses.wait(network(host)):
            said = f"Asked too often. Ask again in {seconds} s.\n"
            headers = {**_PRIVATE, "Retry-After": str(seconds)}
            return PlainTextResponse(said, _TOO_MANY, headers=headers)
        try:
            content = await run_in_threadpool(self._read, _token(request))
        except (InputError, KnowledgeError, RefusedError) as error:
            # Neither which link it was nor what the plan says.
            _LOG.warning("A calendar could not be given out (%s).", type(error).__name__)
            return PlainTextResponse(
                "This calendar cannot be read now.\n", _NOT_NOW, headers=_LATER
            )
        if content is None:
            return PlainTextResponse("There is no calendar here.\n", _NOT_FOUND, headers=_PRIVATE)
        return _calendar(content, request.headers.get("if-none-match", ""))


def _token(request: Request) -> str:
    """Return the token that is asked for; none, which no link has, for what is no such request."""
    path = request.scope["path"]
    if request.method not in ("GET", "HEAD") or not path.endswith(_ENDING):
        return ""
    return str(path.removeprefix(FEEDS).removesuffix(_ENDING))


def _calendar(content: bytes, kept: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {**_PRIVATE, "ETag": tag}
    # A proxy that compresses marks the tag as weak.
    if tag in (one.strip().removeprefix("W/") for one in kept.split(",")) or kept.strip() == "*":
        return Response(status_code=_NOT_CHANGED, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
