"""The gate before everything: a browser in which nobody is signed in gets the sign-in page alone.

Whatever is not named here as open is closed: pages, scripts, the connection that pages are drawn
over, uploads, and downloads, which Streamlit would hand to anybody who knows their address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import SimpleCookie
from pathlib import Path

import htpy as h
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.user_info import generate_login_redirect_url

from dosing.errors import InputError
from screens.access.sign_in import SIGN_INS, Settings, actor_of, claims_in

SIGN_IN, SIGNED_IN = "/sign-in", "/signed-in"
LOGIN, CALLBACK, LOGOUT = "/auth/login", "/oauth2callback", "/auth/logout"
HEALTH = "/_stcore/health"
# Scripts and fonts, the same for everybody: Streamlit's files and ours (screens/parts).
ASSETS = "/assets/"
_STORABLE = ("/static/", ASSETS)

_PAGE = Path(__file__).with_name("sign_in.html").read_text(encoding="utf-8")
_UNAUTHORISED, _FORBIDDEN, _BAD_GATEWAY = 401, 403, 502
_ERROR = 400
_NO_ANSWER = (
    "The sign-in server does not answer. Try again in a minute; if it still does not, "
    "tell the people who look after the accounts."
)
_POLICY = 1008
_LOOK_SECONDS = 5.0
_LONGEST_WARNING_SECONDS = 120
_WARN_IN_THE_LAST = 3  # third of a shorter idle time


class SignInGate:
    """Stands before Streamlit as ASGI middleware."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Stand before an application."""
        self._app = app
        self._settings = settings
        idle = settings.idle.total_seconds()
        self._warn_seconds = min(_LONGEST_WARNING_SECONDS, idle / _WARN_IN_THE_LAST)

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
        if path == SIGN_IN:
            return RedirectResponse(generate_login_redirect_url("default"), status_code=302)
        if path in (LOGIN, CALLBACK):
            return await self._from_the_sign_in_server(cookies, scope, receive, send)
        if path == LOGOUT:
            SIGN_INS.end(cookies)
            _close_ended()
        if path not in (HEALTH, LOGOUT) and SIGN_INS.left(cookies) is None:
            page = "text/html" in Request(scope).headers.get("accept", "")
            return self._page() if page else Response(status_code=_UNAUTHORISED)
        # What the page does by itself, such as asking or reconnecting, is no act of the person.
        asks = path == SIGNED_IN and scope["method"] == "GET"
        if not asks and not path.startswith("/_stcore/"):
            SIGN_INS.acted(cookies)
        if path == SIGNED_IN:
            return JSONResponse({"seconds": SIGN_INS.left(cookies), "warn": self._warn_seconds})
        await self._app(scope, receive, send if path.startswith(_STORABLE) else _unstored(send))
        return None

    async def _from_the_sign_in_server(
        self, cookies: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> Response | None:
        """Hold Streamlit's answer back until it is known whether the person has a role."""
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._app(scope, receive, hold)
        query = Request(scope).query_params
        if scope["path"] == LOGIN and held[0]["status"] >= _ERROR:
            return self._page(_NO_ANSWER, _BAD_GATEWAY)
        # Without either, the browser comes back from a sign-out.
        if scope["path"] == CALLBACK and ("code" in query or "error" in query):
            fresh = _set_cookies(held[0])
            claims = claims_in(fresh)
            if claims is None:
                return self._page("The sign-in was not completed. Please try again.", _FORBIDDEN)
            try:
                actor = actor_of(claims, self._settings)
            except InputError as error:
                return self._page(f"You have no role in Posology: {error}.", _FORBIDDEN)
            SIGN_INS.end(cookies)
            SIGN_INS.begin(fresh, actor, self._settings.idle)
        for message in held:
            await send(message)
        return None

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
        minutes = f"{self._settings.idle.total_seconds() / 60:g}"
        line = str(h.p(".said", role="alert")[problem]) if problem else ""
        text = _PAGE.replace("{problem}", line).replace("{idle}", f"{minutes} min")
        return HTMLResponse(text, status_code=status)


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
