"""The gate before everything: a browser in which nobody is signed in gets the sign-in page alone.

Whatever is not named here as open is closed: pages, scripts, the connection that pages are drawn
over, uploads, and downloads, which Streamlit would hand to anybody who knows their address.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Mapping
from http.cookies import SimpleCookie
from pathlib import Path

import htpy as h
import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.user_info import generate_login_redirect_url

from dosing.errors import InputError
from records.roles import ROLES
from screens.access.attempts import Attempts, network
from screens.access.sign_in import SIGN_INS, Settings, actor_of, claims_in, settings

SIGN_IN, SIGNED_IN = "/sign-in", "/signed-in"
LOGIN, CALLBACK, LOGOUT = "/auth/login", "/oauth2callback", "/auth/logout"
HEALTH = "/_stcore/health"
# Scripts and fonts, the same for everybody: Streamlit's files and ours (screens/parts).
ASSETS = "/assets/"
# The links of calendars, each of which is its own key (screens/access/feed.py).
FEEDS = "/feed/"
_STORABLE = ("/static/", ASSETS)

_PAGE = Path(__file__).with_name("sign_in.html").read_text(encoding="utf-8")
_UNAUTHORISED, _FORBIDDEN, _NOT_SO, _TOO_MANY, _BAD_GATEWAY = 401, 403, 405, 429, 502
_ERROR = 400
_NO_ANSWER = (
    "The sign-in server does not answer. Try again in a minute; if it still does not, "
    "tell the people who look after the accounts."
)
# What gives a role is for the log, not for somebody who has none.
_NO_ROLE = (
    "You have no role in Posology. Ask the people who look after the hospital's accounts for "
    f"exactly one: {', '.join(ROLES)}."
)
_NOT_COMPLETED = "The sign-in was not completed. Please try again."
_HOW_TO_SIGN_OUT = "To sign out, press Sign out at the top of a page of Posology."
# A ward that begins its shift signs in from one address, in two steps each.
_MOST_STEPS_OF_AN_ADDRESS = 120
_MOST_SIGN_INS_OF_A_NAME = 10
_LOG = logging.getLogger(__name__)
_POLICY = 1008
_LOOK_SECONDS = 5.0
# To finish what was begun takes longer than to say that one is still there.
_LONGEST_WARNING_SECONDS = 120
_LONGEST_LAST_WARNING_SECONDS = 600
_WARN_IN_THE_LAST = 3  # third of a shorter time


class SignInGate:
    """Stands before Streamlit as ASGI middleware."""

    def __init__(self, app: ASGIApp, by: Settings) -> None:
        """Stand before an application."""
        self._app = app
        self._by = by
        self._addresses = Attempts(_MOST_STEPS_OF_AN_ADDRESS)
        self._names = Attempts(_MOST_SIGN_INS_OF_A_NAME)
        # Streamlit looks at its file of secrets every second and says when it has changed.
        st.secrets.file_change_listener.connect(self._read_again)

    def _read_again(self, _: object = None) -> None:
        """Take up changed settings: whom they give another role or none is signed out."""
        try:
            self._by = settings()
        except InputError as error:
            _LOG.warning("The settings of the sign-in have changed and are not used:\n%s", error)
        else:
            SIGN_INS.hold_to(self._by)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is open, and everything for a person who is signed in."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        _close_ended()
        cookies = HTTPConnection(scope).cookies
        if scope["type"] == "websocket":
            await self._connection(cookies, scope, receive, send)
            return
        answer = await self._answer(cookies, scope, receive, send)
        if answer is not None:
            answer.headers["Cache-Control"] = "no-store"
            await answer(scope, receive, send)

    async def _answer(
        self, cookies: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> Response | None:
        """Return the gate's own answer, or None where Streamlit has answered."""
        path = scope["path"]
        if path.startswith(FEEDS):
            await self._app(scope, receive, send)
            return None
        if path == SIGN_IN:
            return RedirectResponse(generate_login_redirect_url("default"), status_code=302)
        if path in (LOGIN, CALLBACK):
            return await self._from_the_sign_in_server(cookies, scope, receive, send)
        if path == LOGOUT:
            return await self._sign_out(cookies, scope, receive)
        if path != HEALTH and SIGN_INS.left(cookies) is None:
            page = "text/html" in Request(scope).headers.get("accept", "")
            return self._page() if page else Response(status_code=_UNAUTHORISED)
        # What the page does by itself, such as asking or reconnecting, is no act of the person.
        asks = path == SIGNED_IN and scope["method"] == "GET"
        if not asks and not path.startswith("/_stcore/"):
            SIGN_INS.acted(cookies)
        if path == SIGNED_IN:
            return JSONResponse(self._how_long(cookies))
        await self._app(scope, receive, send if path.startswith(_STORABLE) else _unstored(send))
        return None

    def _how_long(self, cookies: Mapping[str, str]) -> dict[str, object]:
        """Return the seconds that are left, whether acting adds any, and when to warn."""
        last = SIGN_INS.is_last(cookies)
        time, most = (
            (self._by.longest, _LONGEST_LAST_WARNING_SECONDS)
            if last
            else (self._by.idle, _LONGEST_WARNING_SECONDS)
        )
        warn = min(most, time.total_seconds() / _WARN_IN_THE_LAST)
        return {"seconds": SIGN_INS.left(cookies), "last": last, "warn": warn}

    async def _sign_out(
        self, cookies: Mapping[str, str], scope: Scope, receive: Receive
    ) -> Response:
        """End a sign-in, and say where the browser is to end it at the sign-in server.

        A link or a picture of another page cannot: the door lets no foreign page post.
        """
        if scope["method"] != "POST":
            return PlainTextResponse(_HOW_TO_SIGN_OUT, _NOT_SO, headers={"Allow": "POST"})
        SIGN_INS.end(cookies)
        _close_ended()
        start, *_ = await self._held_answer({**scope, "method": "GET"}, receive)
        given = Headers(raw=start["headers"])
        answer = JSONResponse({"to": given.get("location", "/")})
        for cookie in given.getlist("set-cookie"):
            answer.headers.append("set-cookie", cookie)
        return answer

    async def _held_answer(self, scope: Scope, receive: Receive) -> list[Message]:
        """Return Streamlit's answer, of which nothing has been sent."""
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._app(scope, receive, hold)
        return held

    async def _from_the_sign_in_server(
        self, cookies: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> Response | None:
        """Hold Streamlit's answer back until it is known whether the person has a role."""
        query = Request(scope).query_params
        # Without either, the browser comes back from a sign-out.
        returns = scope["path"] == CALLBACK and ("code" in query or "error" in query)
        if scope["path"] == LOGIN or returns:
            host, *_ = scope.get("client") or ("",)
            if seconds := self._addresses.wait(network(host)):
                return self._too_many(seconds)
        held = await self._held_answer(scope, receive)
        if scope["path"] == LOGIN and held[0]["status"] >= _ERROR:
            return self._page(_NO_ANSWER, _BAD_GATEWAY)
        if returns and (refusal := self._begun(cookies, _set_cookies(held[0]))):
            return refusal
        for message in held:
            await send(message)
        return None

    def _begun(self, cookies: Mapping[str, str], fresh: Mapping[str, str]) -> Response | None:
        """Begin the sign-in that fresh cookies prove, or return why there is none."""
        claims = claims_in(fresh)
        if claims is None:
            return self._page(_NOT_COMPLETED, _FORBIDDEN)
        try:
            actor = actor_of(claims, self._by)
        except InputError as error:
            _LOG.warning("A sign-in was refused: %s", " ".join(str(error).split()))
            return self._page(_NO_ROLE, _FORBIDDEN)
        if seconds := self._names.wait(actor.name):
            return self._too_many(seconds)
        SIGN_INS.end(cookies)
        SIGN_INS.begin(fresh, actor, self._by)
        return None

    def _too_many(self, seconds: int) -> Response:
        said = f"Too many sign-ins in one minute. Try again in {seconds} s."
        answer = self._page(said, _TOO_MANY)
        answer.headers["Retry-After"] = str(seconds)
        return answer

    async def _connection(
        self, cookies: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Carry a page's messages for as long as the sign-in holds, and none after it."""
        if SIGN_INS.left(cookies) is None:
            await send({"type": "websocket.close", "code": _POLICY})
            return
        seen = 0
        ended = False

        async def received() -> Message:
            nonlocal seen, ended
            waiting = asyncio.ensure_future(receive())
            while (left := SIGN_INS.left(cookies)) is not None:
                done, _ = await asyncio.wait({waiting}, timeout=min(left, _LOOK_SECONDS))
                if done and SIGN_INS.left(cookies) is not None:
                    message = waiting.result()
                    if message["type"] == "websocket.receive":
                        seen += 1
                        # The first message draws the page, which a browser also asks for by itself.
                        if seen > 1 and _acts(message.get("bytes")):
                            SIGN_INS.acted(cookies)
                    return message
            waiting.cancel()
            if not ended:
                ended = True
                await send({"type": "websocket.close", "code": _POLICY})
            return {"type": "websocket.disconnect", "code": _POLICY}

        async def sent(message: Message) -> None:
            if not ended:
                await send(message)

        await self._app(scope, received, sent)
        _close_ended()

    def _page(self, problem: str = "", status: int = _UNAUTHORISED) -> Response:
        """Return the sign-in page, with what went wrong."""
        line = str(h.p(".said", role="alert")[problem]) if problem else ""
        text = _PAGE.replace("{problem}", line)
        for name, time in (("{idle}", self._by.idle), ("{longest}", self._by.longest)):
            text = text.replace(name, in_words(time))
        return HTMLResponse(text, status_code=status)


def in_words(time: dt.timedelta) -> str:
    """Return a time as it is read, never broken at the end of a line: 15 min, 12 h."""
    minutes = time.total_seconds() / 60
    number, unit = (minutes, "min") if minutes % 60 else (minutes / 60, "h")
    return f"{number:g}\u00a0{unit}"


def _acts(data: bytes | None) -> bool:
    """Return whether a page's message comes from the person, not from a timer of the page."""
    message = BackMsg.FromString(data or b"")
    if message.WhichOneof("type") == "rerun_script":
        return not message.rerun_script.is_auto_rerun
    return bool(message.WhichOneof("type") == "backend_operation_request")


def _close_ended() -> None:
    """Drop what was typed in sessions whose sign-in has ended; only the event loop may."""
    for session in SIGN_INS.swept():
        if runtime.exists():
            runtime.get_instance().close_session(session)


def _set_cookies(start: Message) -> dict[str, str]:
    cookies = SimpleCookie()
    for name, value in start["headers"]:
        if name.lower() == b"set-cookie":
            cookies.load(value.decode("latin-1"))
    return {name: morsel.value for name, morsel in cookies.items()}


def _unstored(send: Send) -> Send:
    """Forbid every copy on the way and in the browser: going back must not show it again."""

    async def forbidding(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Cache-Control"] = "no-store"
        await send(message)

    return forbidding
