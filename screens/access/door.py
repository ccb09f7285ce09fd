"""The door of the program: which hosts it answers to, which pages may talk to it, what it forbids.

It stands before everything else, Streamlit and the sign-in included, on every route and socket.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from screens.access.gate import ASSETS, HEALTH, SignInGate
from screens.access.sign_in import Settings

THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
# Streamlit draws with inline styles and scripts, and its charts compile their formulas: that cannot
# be forbidden. What is forbidden is every other host, and being shown inside another page.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": POLICY,
}
_FORBIDDEN, _FAILED = 403, 500
_POLICY_VIOLATION = 1008
# How a server says that a socket may be refused by an answer that has headers.
_REFUSABLE = "websocket.http.response"


def at_the_door(sign_in: Settings | None = None) -> list[Middleware]:
    """Return what stands before Streamlit: the door, and behind it the sign-in where there is one.

    The hosts are Streamlit's ``server.allowedHosts`` and, with a sign-in, the host to which the
    sign-in server returns; where neither names one, this machine alone.
    """
    hosts = {*config.get_option("server.allowedHosts"), *((sign_in.host,) if sign_in else ())}
    secure = sign_in is not None and sign_in.secure
    door = Middleware(Door, hosts=frozenset(hosts or THIS_MACHINE), secure=secure)
    return [door, Middleware(SignInGate, by=sign_in)] if sign_in else [door]


def asset(file: Path) -> Route:
    """Return a route for a script that is the same for everybody: a browser fetches it once.

    Its address bears the hash of its content, so that a kept copy is never an old one.
    """
    code = file.read_bytes()
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}

    async def answer(_: Request) -> Response:
        return Response(code, media_type="text/javascript", headers=kept)

    name = f"{hashlib.sha256(code).hexdigest()[:16]}{file.suffix}"
    return Route(f"{ASSETS}{name}", answer)


def moved(page: str, *, to: str) -> Route:
    """Return a route that leads from the address of a page that was to the one it became part of.

    What the address names stays; the way is relative, for the program may stand below a prefix.
    """

    async def answer(request: Request) -> Response:
        return RedirectResponse(f"{to}?{request.url.query}" if request.url.query else to)

    return Route(f"/{page}", answer)


class Door:
    """Refuses an unknown host and a foreign page; adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], *, secure: bool = False) -> None:
        """Stand before an application that answers to these host names.

        ``secure``: people reach it by TLS, and no other connection is to bear a cookie.
        """
        self._app = app
        names = (host.strip().lower().rstrip(".").strip("[]") for host in hosts)
        self._hosts = frozenset(name for name in names if name)
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in, and refuse the rest before anything else has seen it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        closing = scope["type"] == "websocket" and _REFUSABLE not in scope.get("extensions", {})
        answering = _Answering(send, secure=self._secure)
        if not (refusal := self._refusal(scope)):
            await self._behind(scope, receive, answering)
        elif closing:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await PlainTextResponse(refusal, _FORBIDDEN)(scope, receive, answering)

    async def _behind(self, scope: Scope, receive: Receive, answering: _Answering) -> None:
        try:
            await self._app(scope, receive, answering)
        except Exception:
            # Starlette would answer outside of this door, without the headers.
            if scope["type"] == "http" and not answering.begun:
                said = "Something in Posology has failed. Reload the page."
                await PlainTextResponse(said, _FAILED)(scope, receive, answering)
            raise

    def _refusal(self, scope: Scope) -> str:
        """Return why a request may not come in, or nothing."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        here = _parsed(hosts[0]) if len(hosts) == 1 else None
        # The health check of the machine itself does not know by which name the program is reached.
        health = scope["type"] == "http" and scope["path"] == HEALTH
        names = self._hosts | set(THIS_MACHINE) if health else self._hosts
        if here is None or (here.hostname or "").rstrip(".") not in names:
            return "This program does not answer to this host name."
        # Programs other than browsers send no origin; a browser always does for a socket.
        if origins and not (len(origins) == 1 and _same_page(origins[0], here)):
            return "Another page may not talk to this program."
        return ""


def _parsed(host: str) -> SplitResult | None:
    """Return a Host header that is a name and perhaps a port, or None."""
    try:
        parts = urlsplit(f"//{host}")
        valid = parts.port is None or parts.port >= 0
    except ValueError:
        return None
    return parts if valid and parts.netloc == host and "@" not in host else None


def _same_page(origin: str, here: SplitResult) -> bool:
    # Compared as a whole, capital letters included: an origin has no path, what cannot be parsed
    # is not ours, and where Streamlit finds the two to differ it looks up its own address outside.
    return origin in {f"{scheme}://{here.netloc}" for scheme in ("http", "https")}


class _Answering:
    """Sends an answer on with the security headers, and knows whether it has begun."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"].endswith("http.response.start"):
            self.begun = True
            message["headers"] = [self._cookie(*pair) for pair in message.get("headers", ())]
            MutableHeaders(scope=message).update(HEADERS)
        await self._send(message)

    def _cookie(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """Return a header, a cookie with its mark."""
        marked = b"; secure" in value.lower() or not self._secure
        plain = marked or name.lower() != b"set-cookie"
        return (name, value) if plain else (name, value + b"; Secure")
